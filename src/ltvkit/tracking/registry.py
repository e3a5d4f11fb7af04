"""Registered models: a version per training, the alias `champion`, and the way back to a folder."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from ltvkit.data.reading.locations import redact
from ltvkit.errors import UserError, did_you_mean
from ltvkit.tracking.stores import (
    alone_at,
    import_mlflow,
    open_client,
    quiet,
    tracking_location,
    what_it_said,
)

if TYPE_CHECKING:
    from mlflow import MlflowClient

CHAMPION = "champion"


def register(
    client: "MlflowClient",
    name: str,
    *,
    model_id: str,
    run_id: str,
    tags: dict[str, str],
    description: str,
    champion: bool,
) -> str:
    """Make a new version of a registered model, perhaps its champion.

    Returns
    -------
    str
        The version's number.
    """
    mlflow = import_mlflow()
    try:
        client.create_registered_model(
            name, description=f"Predicted customer lifetime value, trained by `ltv train` ({name})."
        )
    except mlflow.MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    made = client.create_model_version(
        name,
        source=f"models:/{model_id}",
        run_id=run_id,
        model_id=model_id,
        tags=tags,
        description=description,
    )
    # What MLflow's own registration leaves, so that the model's page leads to its version.
    listed = json.dumps([{"name": name, "version": str(made.version)}])
    client.set_logged_model_tags(model_id, {"mlflow.modelVersions": listed})
    if champion:
        client.set_registered_model_alias(name, CHAMPION, made.version)
    return str(made.version)


def fetch_model(uri: str, *, tracking_uri: str | None = None) -> Path:
    """Bring a model from MLflow into a local folder.

    Parameters
    ----------
    uri : str
        `models:/<name>@champion`, `models:/<name>/<version>`, or `runs:/<run>/<name>`.
    tracking_uri : str, optional
        See `ltvkit.tracking.tracking_location`.

    Returns
    -------
    Path
        A folder that `ltvkit.load_model` reads. Of a remote tracker it is a temporary one.

    Raises
    ------
    UserError
        When there is no such model (the message names those there are), when it is not one of
        ltvkit's, or when the tracker does not answer.
    """
    if not re.match(r"^(models|runs):/[^/]", uri):
        raise UserError(
            f"got the model {uri!r}, expected models:/<name>@{CHAMPION}, models:/<name>/<version> "
            "or runs:/<run>/<model>; write one of them, or name a model folder"
        )
    tracker = tracking_location(tracking_uri)
    with alone_at(tracker):
        client = open_client(tracker)
    mlflow = import_mlflow()
    try:
        location = _files_of(client, uri)
    except mlflow.MlflowException as error:
        raise UserError(
            f"got no model {uri} at {redact(tracker)}; {_what_there_is(client, uri)}"
        ) from error
    try:
        with quiet():
            # By their place: of a models:/ URI MLflow asks its default tracker, not this one.
            local = mlflow.artifacts.download_artifacts(artifact_uri=location, tracking_uri=tracker)
    except (mlflow.MlflowException, OSError) as error:
        raise UserError(
            f"got no files of {uri}, expected them at {redact(location)}; a tracker remembers full "
            "paths: put the folder back, see whether it may be read, or train again. It said: "
            f"{what_it_said(error, tracker)}"
        ) from error
    found = sorted(Path(local).glob("artifacts/*/model.json"))
    if len(found) != 1:
        raise UserError(
            f"got a model at {uri} that ltvkit did not make, expected one that `ltv train` "
            "registered; use it with MLflow itself"
        )
    return found[0].parent


def _files_of(client: "MlflowClient", uri: str) -> str:
    """Where the files of a model lie."""
    scheme, _, rest = uri.partition(":/")
    if scheme == "runs":
        run_id, _, name = rest.partition("/")
        run = client.get_run(run_id)
        made = run.outputs.model_outputs if run.outputs else []
        models = [client.get_logged_model(output.model_id) for output in made]
        return next(
            (str(model.artifact_location) for model in models if model.name == name),
            f"{run.info.artifact_uri}/{name}",
        )
    name, at, alias = rest.partition("@")
    if at:
        version = str(client.get_model_version_by_alias(name, alias).version)
    else:
        name, slash, version = rest.rpartition("/")
        if not slash:
            return str(client.get_logged_model(version).artifact_location)
    place = str(client.get_model_version_download_uri(name, version))
    return _files_of(client, place) if re.match(r"(models|runs):/", place) else place


def _what_there_is(client: "MlflowClient", uri: str) -> str:
    """What the user may have meant, in words."""
    name = re.split(r"[@/]", uri.partition(":/")[2])[0]
    if uri.startswith("runs:/"):
        return "look up the run in MLflow, or score a registered model: models:/<name>/<version>"
    known = [model.name for model in client.search_registered_models(max_results=1000)]
    if not known:
        return "no model is registered there; train one with `ltv train CONFIG`"
    if name not in known:
        return f"registered there: {', '.join(sorted(known))}{did_you_mean(name, known)}"
    model = client.get_registered_model(name)
    versions = client.search_model_versions(f"name = '{name}'", max_results=1000)
    told = [
        f"{found.version} ({found.tags.get('verdict', 'no verdict')})"
        for found in sorted(versions, key=lambda found: int(found.version))
    ]
    aliases = [f"@{alias} = {number}" for alias, number in sorted(model.aliases.items())]
    text = f"{name} has the versions {', '.join(told)}"
    text += f" and {', '.join(aliases)}" if aliases else ""
    if f"@{CHAMPION}" in uri and CHAMPION not in model.aliases:
        text += f"; none is {CHAMPION}, since a check of each failed: name a version to use it"
    return text
