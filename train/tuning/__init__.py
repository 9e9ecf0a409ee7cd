"""Fine-tuning: one readable path on transformers' Trainer, peft, accelerate and DeepSpeed, at any size.

settings   a configuration file as typed settings
samples    training files -> samples          check      everything wrong with them, before a GPU is touched
fit        a sample within its tokens         encode     sample -> tokens and labels      collate   samples -> batch
model      base, adapter, what is frozen      loss       the mean of per-sample means
order      which sample is seen when, by whom pictures   a picture file as the model is shown it
finetune   the run from settings to adapter   trainer    one optimiser step after another
arguments  settings -> Trainer and DeepSpeed  checkpoints  whole ones or none
progress   the bar and events.jsonl           glimpse    what the model writes while it trains
record     run.yaml of a run                  faults     what stops a run
shapes     parameters of a model by part      flops      operations of a sample, peaks of cards, MFU
gpus       8x80GB as cards                    memory     bytes on one device by part
plan       steps, hours, what fits            plan_text  a plan as text and as JSON
speed      recomputation, compilation         fused    LoRA by groups         grouping  an order by length
history    events -> figures                  curve      the loss as an SVG
card       the model card                     merge      base + adapter -> one checkpoint
"""
