"""Fine-tuning: one readable path on transformers' Trainer, peft, accelerate and DeepSpeed, at any size.

    settings   a configuration file as typed settings
    samples    training files -> samples          check      everything wrong with them, before a GPU is touched
    fit        a sample within its tokens         encode     sample -> tokens and labels      collate   samples -> batch
    model      base, adapter, what is frozen      loss       the mean of per-sample means
    finetune   the run: checkpoints, resume, stop watching   progress, events, faults
    shapes     parameters and FLOPs of a model    plan       memory, steps and hours before launch
    card       the model card                     merge      base + adapter -> one checkpoint
"""
