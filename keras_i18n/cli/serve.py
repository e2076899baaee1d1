import pathlib
import threading
from typing import Annotated

import typer

from keras_i18n.cli.console import console
from keras_i18n.cli.interrupts import Interrupted


def serve(
    folder: Annotated[pathlib.Path, typer.Argument(help="The exported files, or a folder of such folders.")],
    host: Annotated[str, typer.Option(help="Address to listen at; other machines reach 0.0.0.0.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for any that is free.")] = 8080,
    page: Annotated[pathlib.Path | None, typer.Option(help="Folder of the page; by default `examples/web`.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, help="Predictions at a time.")] = 4,
    rate: Annotated[float, typer.Option(min=0.1, help="Requests a second of one address.")] = 100.0,
) -> None:
    """Serve a page that runs the exported files in the browser, and a JSON API. Ctrl-C ends it.

    GET / the page, GET /v1/models, POST /v1/predict with {"texts": ["..."]}, GET /health, GET /metrics.

    Example: keras-i18n serve saved_models/assistant
    """
    from keras_i18n.serving import Limits, Server

    with console.status("opening"):
        limits = Limits(concurrency=concurrency, requests_per_second=rate)
        server = Server(folder, host=host, port=port, limits=limits, page=page)
    try:  # whoever sees that it serves may end it
        server.start()
        console.print(f"serving {', '.join(server.models.files)} at {server.url}", soft_wrap=True)
        if "/" not in server.site:
            console.print(server.no_page, style="yellow", soft_wrap=True)
        elif not any(path.endswith(".wasm") for path in server.site):
            console.print("the page's runtimes are not installed: make clients", style="yellow", soft_wrap=True)
        threading.Event().wait()
    except Interrupted:
        server.stop()
        console.print(f"stopped after {server.metrics.requests:,} requests", soft_wrap=True)
