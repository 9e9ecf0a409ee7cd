"""What the tabs are handed: settings, votes, writers and visits, behind plain calls. Tabs know no SQL and no model."""

import io
import random
import secrets
import tempfile
import threading
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from annotations.engine import database_url
from annotations.export import export
from annotations.pairing import shown_hash
from annotations.raters import load_salt, rater_id
from annotations.store import Store
from annotations.views import PhotoView, Receipt, Rendering, TrialView
from app import own_story, samples
from app.identity import Asked, Identity
from app.jobs.desk import Jobs
from app.jobs.questions import Questions
from app.pairs import PairView
from app.reveal import Reveal, RevealedSide
from app.telling import Telling
from app.visits import Visits
from core import prompts
from core.dialogue import parse, render
from core.errors import BadInput, StoreError
from core.records import Photo, Sampling, Turn
from core.settings import HOME, Environment, HostedSystem, Models
from core.writers.studio import Studio

SWEEP_SECONDS = 20.0
"""Between two looks for visits that ended."""
BENCHMARK = "benchmark"
OWN_PHOTOS = "own-photos"
SAMPLES = "samples"
GALLERY = "gallery"
"""Rendered stories that come with the project: voted on where no benchmark was brought in yet."""
GALLERY_FOLDER = HOME / "models" / "miniature" / "gallery"
RENDERING = Rendering("canonical-1", lambda text: render(parse(text).turns))
"""The one form every transcript is shown in; a change of look that could sway a vote gets a new version."""


@dataclass
class Services:
    """One for the whole server; what belongs to one visitor alone is keyed by the visit's token."""

    models: Models
    environment: Environment
    store: Store
    studio: Studio
    visits: Visits
    identity: Identity
    salt: bytes
    jobs: Jobs
    """Long work of the operator's, as processes that outlive this one."""
    questions: Questions = field(default_factory=Questions)
    rng: random.Random = field(default_factory=secrets.SystemRandom)
    visitors_at_once: int = 12
    """Stories written at the same time; a local model queues them anyway."""
    samples: dict[str, str] = field(default_factory=dict[str, str])
    """Sample stories by id, with their titles."""
    _tellings: dict[str, Telling] = field(default_factory=dict[str, Telling])
    _sessions: dict[str, str] = field(default_factory=dict[str, str])
    """Visit tokens by Gradio's session, to notice that a page was closed. No right rests on it."""
    _closing: threading.Event = field(default_factory=threading.Event)

    # --- who asks -------------------------------------------------------------------------------------------------

    def asked(self, request: Any) -> Asked:
        return Asked.of(request)

    def rater(self, token: str, request: Any) -> str:
        """By the signed cookie; where a browser keeps none, by the visit, so that a vote is still one person's."""
        name = self.identity.rater_name(Asked.of(request))
        return rater_id(self.salt, "cookie", name) if name else rater_id(self.salt, "visit", token)

    # --- visits ---------------------------------------------------------------------------------------------------

    def open_visit(self, request: Any) -> str:
        """A page was opened; returns its token."""
        token = self.visits.open()
        self._sessions[str(request.session_hash)] = token
        return token

    def leave_visit(self, request: Any) -> None:
        """A page was closed or lost its connection."""
        token = self._sessions.pop(str(request.session_hash), None)
        if token is not None:
            self.visits.leave(token)

    def sweep_visits(self) -> None:
        """Runs until the server closes: what ended is forgotten even when nobody comes."""
        while not self._closing.wait(SWEEP_SECONDS):
            for token in self.visits.sweep():
                self._forget(token)

    def _forget(self, token: str) -> None:
        telling = self._tellings.pop(token, None)
        if telling is not None:
            telling.stop()
        self.visits.close(token)

    def picker_value(self, token: str, sample: dict[str, Any] | None = None) -> dict[str, Any]:
        limits = self.visits.limits
        return {
            "token": token,
            "most": limits.story_photos,
            "limit": limits.file_bytes,
            "together": limits.request_bytes,
            "sample": sample,
        }

    # --- what can be chosen ---------------------------------------------------------------------------------------

    default_length = "standard"
    default_style = prompts.PROMPTS[0].name

    def lengths(self) -> list[tuple[str, str]]:
        return [(length.label, length.name) for length in prompts.LENGTHS]

    def styles(self) -> list[tuple[str, str]]:
        own = [(prompt.label, prompt.name) for prompt in prompts.PROMPTS]
        return own + [(name.replace("-", " ").capitalize(), name) for name in self.models.prompts]

    @property
    def notice(self) -> str:
        return self.models.notice

    def consent_line(self) -> str:
        """One sentence before the upload; names everyone who would receive the photos."""
        compared = [self.models.system(name) for name in self.models.compared]
        receivers = sorted({system.receiver for system in compared if isinstance(system, HostedSystem)})
        sent = f" To be written about, they are sent to {escape(' and '.join(receivers))}." if receivers else ""
        return (
            f"<strong>Your photos are not kept.</strong>{sent} What you vote is kept without your name. "
            "<span>More under About.</span>"
        )

    # --- telling --------------------------------------------------------------------------------------------------

    def begin(self, token: str, length_name: str, style_name: str, keep: bool) -> Telling:
        """A new story about the visit's photos, with two systems drawn for the two sides."""
        photos = self.visits.photos(token)
        if not photos:
            raise BadInput("Add at least one photo first, or try one of the samples.")
        length, prompt = prompts.get_length(length_name), self._prompt(style_name)
        left, right = self.rng.sample(self.models.compared, 2)
        caps = [cap for name in (left, right) if (cap := self.models.system(name).max_new_tokens) is not None]
        telling = Telling(
            studio=self.studio,
            systems=(left, right),
            photos=tuple(photo.photo.jpeg for photo in photos),
            prompt=prompt.fill(length.words),
            prompt_id=prompt.record_id(length.words),
            sampling=Sampling(max_new_tokens=min([length.max_new_tokens, *caps]), seed=self.rng.randrange(2**31)),
            keep=keep,
        )
        old = self._tellings.get(token)
        if old is not None:
            old.stop()
        self._tellings[token] = telling
        self.visits.save(token, None)
        return telling

    def telling(self, token: str) -> Telling | None:
        return self._tellings.get(token)

    def open_own_trial(self, token: str, request: Any, telling: Telling) -> str:
        """The trial of a story just told; keeps photos and words only where the visitor agreed."""
        left, right = (own_story.written(self.models, telling, side) for side in (0, 1))
        return self.store.open_comparison(
            self.rater(token, request),
            left,
            right,
            campaign=OWN_PHOTOS,
            shown_hash=shown_hash(left.text, right.text, RENDERING),
            rendering=RENDERING.version,
            keep_text=telling.keep,
            keep_photos=own_story.keep_photos(self.environment.data, telling),
            address_hash=self.identity.address_hash(Asked.of(request)),
        )

    def reveal(self, token: str, receipt: Receipt) -> Reveal | None:
        """What the page may show after the vote; a story of one's own becomes ready to be saved."""
        if receipt.reveal is None:
            return None
        telling = self._tellings.get(token)
        own = telling if telling is not None and receipt.campaign == OWN_PHOTOS else None
        if own is not None:
            self.visits.save(token, own_story.to_save(own, receipt.reveal, datetime.now(UTC)))
        sides = (receipt.reveal.left, receipt.reveal.right)
        left, right = (RevealedSide.of(side) for side in sides)
        return Reveal(left, right, f"visit/{token}/story" if own else None)

    def _prompt(self, name: str) -> prompts.Prompt:
        if name in self.models.prompts:
            return prompts.load(self.models.folder / self.models.prompts[name], name)
        return prompts.get(name)

    # --- stored pairs ---------------------------------------------------------------------------------------------

    def next_pair(self, rater: str, asked: Asked) -> PairView | None:
        trial = self.store.next_trial(
            self._voted_on(rater), rater, address_hash=self.identity.address_hash(asked), rendering=RENDERING
        )
        return None if trial is None else self._pair_view(trial)

    def _voted_on(self, rater: str) -> str:
        """The benchmark as soon as it has a pair; the gallery until then."""
        return BENCHMARK if self.store.progress(BENCHMARK, rater).pairs else GALLERY

    def open_sample(self, story: str, rater: str) -> PairView:
        trial = self.store.next_trial(SAMPLES, rater, rendering=RENDERING, story_id=story)
        if trial is None:
            raise StoreError("This sample is not here. Reload the page, or add photos of your own.")
        return self._pair_view(trial)

    def votes_of(self, rater: str) -> int:
        return self.store.progress(self._voted_on(rater), rater).done

    def trial_photo(self, trial_id: str, number: int) -> Path | None:
        return self.store.trial_photo(trial_id, number)

    def _pair_view(self, trial: TrialView) -> PairView:
        return PairView(
            trial_id=trial.trial_id,
            title=trial.title or "",
            photos=tuple(_photo(photo) for photo in trial.photos),
            left=turns_of(trial.left_text),
            right=turns_of(trial.right_text),
            wording=trial.wording,
            show_captions=any(photo.caption for photo in trial.photos),
            number=trial.done + 1,
            done=trial.done,
            remaining=trial.remaining,
        )

    # --- for the operator -----------------------------------------------------------------------------------------

    def export_zip(self) -> bytes:
        """Votes and pairs as CSV files, zipped."""
        out = io.BytesIO()
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            export(self.store, Path(folder))
            for path in sorted(Path(folder).rglob("*")):
                if path.is_file():
                    archive.write(path, path.relative_to(folder))
        return out.getvalue()

    def backup(self) -> Path:
        """A whole copy of the database in a file that the caller removes."""
        moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        return self.store.backup(Path(tempfile.mkdtemp()) / f"sporc-vist-{moment}.sqlite")

    def close(self) -> None:
        self._closing.set()
        for token in list(self._tellings):
            self._forget(token)
        self.questions.close()
        self.studio.close()
        self.store.close()


def turns_of(text: str) -> tuple[Turn, ...]:
    return parse(text).turns


def _photo(view: PhotoView) -> Photo:
    return Photo(
        number=view.number,
        file=view.path,
        caption=view.caption,
        credit=view.credit,
        licence=view.licence,
        link=view.link,
        width=view.width,
        height=view.height,
    )


def open_services(models: Models, environment: Environment, studio: Studio | None = None) -> Services:
    """Open the database, bring in the samples, make ready to write. Loads no model.

    `studio` where local models should not run in worker processes, as on ZeroGPU.
    """
    from core.runs import SETTINGS, Run

    environment.data.mkdir(parents=True, exist_ok=True)
    store = Store.open(database_url(environment))
    for folder, campaign in ((samples.FOLDER, SAMPLES), (GALLERY_FOLDER, GALLERY)):
        if (folder / SETTINGS).is_file():  # the gallery may have been taken away with the miniature
            run = Run.open(folder)
            store.load_run(run, campaign=campaign, labels=run.labels())
    salt = load_salt(environment.data)
    services = Services(
        models=models,
        environment=environment,
        store=store,
        studio=studio or Studio(models, environment.data),
        visits=Visits(),
        identity=Identity(salt, environment.admin_token),
        salt=salt,
        jobs=Jobs([environment.data / "runs", HOME / "runs"]),
        samples=samples.titles(),
    )
    threading.Thread(target=services.sweep_visits, daemon=True, name="visits").start()
    return services
