"""Dataset construction, fine-tuning and the miniature experiment. Imports core; knows nothing of votes or screens."""
