"""How the pages look: system fonts, one accent, the style sheet and the script, all inside the page."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import gradio as gr
    from gradio.themes import Base

STATIC = Path(__file__).parent / "static"
TITLE = "SPoRC-VIST"
TAGLINE = "Turn your photos into a podcast. Two models tell the story. You say which sounds like people talking."


QUICK: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
"""For events that answer at once: asked and answered in one request. Through the queue, an event that starts just as
the page closes the stream of an earlier one waits for ever."""


def theme() -> "Base":
    from gradio import themes

    return themes.Default(
        primary_hue=themes.colors.blue,
        neutral_hue=themes.colors.slate,
        radius_size=themes.sizes.radius_lg,
        font=["system-ui", "sans-serif"],
        font_mono=["ui-monospace", "monospace"],
    ).set(
        body_background_fill="#ffffff",
        body_background_fill_dark="#14171c",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_info_text_color="#586069",
        block_info_text_color_dark="#a3abb6",
        input_placeholder_color="#6b7280",
        input_placeholder_color_dark="#a3abb6",
        block_border_width="0px",
        block_shadow="none",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        button_primary_background_fill="#2f5bd7",
        button_primary_background_fill_hover="#274db8",
        button_primary_background_fill_dark="#8fb0ff",
        button_primary_background_fill_hover_dark="#a9c2ff",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#0d1526",
        button_secondary_background_fill="#f1f3f6",
        button_secondary_background_fill_dark="#262c35",
        button_secondary_background_fill_hover="#e6e9ee",
        button_secondary_background_fill_hover_dark="#303844",
        button_secondary_text_color="#1c2024",
        button_secondary_text_color_dark="#e8eaee",
    )


def html(value: Any = "", **options: Any) -> "gr.HTML":
    """A piece of page in this style sheet's hands alone: Gradio's own rules for prose left out."""
    import gradio as gr

    return gr.HTML(value, apply_default_css=False, **options)


@cache
def head(*more: str) -> str:
    """What goes into the page's head; rules for the outer padding stand here because `css=` gets a prefix.

    `more` are further style sheets of `static`.
    """
    style = "".join((STATIC / name).read_text(encoding="utf-8") for name in ("outer.css", "app.css", *more))
    script = (STATIC / "app.js").read_text(encoding="utf-8")
    return (
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="description" content="{TAGLINE}">'
        f"<style>{style}</style><script>{script}</script>"
    )
