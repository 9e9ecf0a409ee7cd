"""`python -m app`: start the server."""

import argparse
import logging
import socket
import sys
from pathlib import Path

from core.errors import BadInput, SporcVistError
from core.settings import HOME, Environment, load_models


def main(arguments: list[str] | None = None) -> int:
    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("httpx", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        serve(given.host, given.port, given.models, given.data)
    except SporcVistError as error:
        print(f"app: {error}", file=sys.stderr)
        return error.exit_code
    return 0


def serve(host: str, port: int, models_file: Path, data: Path | None) -> None:
    """Blocks until the server ends. Raises SettingsError and StoreError before anything is served."""
    models = load_models(models_file)
    environment = Environment.read(data=data)
    check_port(host, port)
    import uvicorn

    from app.main import create_server
    from app.services import open_services

    services = open_services(models, environment)
    try:
        server = create_server(services)
        shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::"} else host
        print(f"SPoRC-VIST is at http://{shown}:{port}  (Ctrl-C ends it)", flush=True)
        uvicorn.run(server, host=host, port=port, log_level="warning", timeout_graceful_shutdown=3)
    finally:
        services.close()


def check_port(host: str, port: int) -> None:
    """Before anything is opened. Raises BadInput where the address is taken or is not this machine's."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except (OSError, OverflowError) as error:
        raise BadInput(f"cannot listen on {host}:{port} ({error}); give another --port or --host") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app", description="Start the pages for visitors, raters and the operator."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=7860)
    parser.add_argument(
        "--models", type=Path, default=HOME / "models.yaml", metavar="FILE", help="the systems to compare"
    )
    parser.add_argument(
        "--data", type=Path, default=None, metavar="DIR", help="database and runs (default: data/, or SPORC_VIST_DATA)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
