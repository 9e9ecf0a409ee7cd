"""Writers make a system write: local (transformers and peft in a worker process), hosted (litellm), recorded."""
