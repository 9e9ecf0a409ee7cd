"""The paper's experiment in small: rendered scenes, two ways of talking about them, a base and its fine-tuned adapter.

world      what there is: places, skies, things, colours, people; which combinations are held out
stories    sequences of scenes that tell something
scenes/    scene -> picture, at any size
colours    picture -> the names of its dominant colours
talk/      pictures' contents -> dialogue, in short ping-pong turns or long anecdotal ones
"""
