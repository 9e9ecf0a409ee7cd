"""A request -> the tensors of one row, within the budget of tokens. Photos shrink until they fit and are never cut."""

from io import BytesIO
from typing import Any

from core import budget
from core.errors import BadInput, PhotoError
from core.prompts import chat_messages
from core.writers.events import WriteRequest


def prepare(processor: Any, request: WriteRequest, max_pixels: int, max_length: int) -> dict[str, Any]:
    """`input_ids` and `mm_token_type_ids` [1, S], `pixel_values` [patches, 1536], `image_grid_thw` [photos, 3].

    S + max_new_tokens <= max_length. Raises PhotoError for a photo that cannot be read, and BadInput with the figures
    where even the smallest photos do not fit.
    """
    images = [_image(number, data) for number, data in enumerate(request.photos, start=1)]
    if not images:
        raise BadInput("a story needs at least one photo; add one")
    text: str = processor.apply_chat_template(
        chat_messages(request.prompt, len(images)), tokenize=False, add_generation_prompt=True
    )
    placeholders = (1 + budget.MARKERS) * len(images)
    words = len(processor.tokenizer(text)["input_ids"]) - placeholders
    room = max_length - request.sampling.max_new_tokens - words
    least = int(processor.image_processor.size["shortest_edge"])
    limit = budget.largest_pixel_limit([image.size for image in images], room, max_pixels, min_pixels=least)
    inputs: Any = processor(text=[text], images=images, size=budget.pixel_limits(limit, least), return_tensors="pt")
    assert inputs["input_ids"].shape[1] <= words + room, "the budget and the image processor disagree"
    return {name: inputs[name] for name in ("input_ids", "mm_token_type_ids", "pixel_values", "image_grid_thw")}


def _image(number: int, data: bytes) -> Any:
    from PIL import Image

    try:
        return Image.open(BytesIO(data)).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PhotoError(f"photo {number} cannot be read ({error}); remove it and try again") from None
