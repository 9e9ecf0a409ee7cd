"""Where stories come from: the paper's release, VIST."""
