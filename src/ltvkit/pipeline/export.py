"""From a run and the shop's contacts to the files that advertising platforms and CRMs take."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ltvkit import audience
from ltvkit.config import Config, restore_config
from ltvkit.data import Table, read_customers
from ltvkit.data.reading.locations import BLANK
from ltvkit.errors import DataError, UserError, did_you_mean, offenders
from ltvkit.files import whole_files
from ltvkit.run_facts import Run
from ltvkit.runs import read_run


@dataclass(frozen=True, slots=True)
class Exported:
    """What `export` wrote.

    Parameters
    ----------
    run : Run
        What it was made of.
    folder : Path
        The files of each platform are in `folder/<platform>/`.
    uploads : tuple of PlatformUpload
        Counts for every file, under its final name.
    known : int
        Customers of the run who have a row in the table of contacts.
    notes : tuple of str
        What was done to that table.
    region : str or None
        The country that phones without a country code were taken to be of.
    """

    run: Run
    folder: Path
    uploads: tuple[audience.PlatformUpload, ...]
    known: int
    notes: tuple[str, ...]
    region: str | None


def export(
    run_folder: Path,
    *,
    customers: str | Path | None = None,
    platforms: Sequence[str] = (),
    lists: Sequence[str] = (),
    region: str | None = None,
    out: Path | None = None,
) -> Exported:
    """Write upload files for a run's customers, all of them or none.

    Parameters
    ----------
    run_folder : Path
        A finished run.
    customers : str or Path, optional
        Contacts and consents; the customers table of the run's settings when not given. The
        names that the settings give to its columns hold for both.
    platforms : sequence of str
        Of `audience.PLATFORMS`; all when empty.
    lists : sequence of str
        A file for each of these lists alone; see `audience.write_uploads`.
    region : str, optional
        Instead of `audience.phone_region` of the settings.
    out : Path, optional
        Instead of `<run>/exports`.

    Raises
    ------
    UserError
        When there is no such platform, list or region, no table of customers, or no contact in it.
    """
    run = read_run(run_folder)
    config = restore_config(run.settings)
    _check_names(platforms, audience.PLATFORMS, what="platform")
    _check_names(lists, audience.LIST_NAMES, what="list")
    default_region = audience.check_region(region) if region else config.audience.phone_region
    table = _contacts(config, run, customers)
    folder = out or run_folder / "exports"
    with whole_files(folder) as fresh:
        uploads = audience.write_uploads(
            run.customers,
            table.frame,
            fresh,
            platforms=tuple(one for one in audience.PLATFORMS if one in platforms)
            or audience.PLATFORMS,
            lists=tuple(dict.fromkeys(lists)),
            default_region=default_region,
            contractual=config.kind == "contractual",
        )
        uploads = tuple(
            replace(
                upload,
                results=tuple(
                    replace(result, file=folder / result.file.relative_to(fresh))
                    for result in upload.results
                ),
            )
            for upload in uploads
        )
    return Exported(
        run=run,
        folder=folder,
        uploads=uploads,
        known=int(run.customers["customer_id"].isin(table.frame["customer_id"]).sum()),
        notes=table.notes,
        region=default_region,
    )


def _check_names(given: Sequence[str], known: Sequence[str], *, what: str) -> None:
    unknown = [name for name in given if name not in known]
    if unknown:
        raise UserError(
            f"got {what} {offenders(unknown)}{did_you_mean(unknown[0], known)}, "
            f"expected one of {', '.join(known)}; correct the name"
        )


def _contacts(config: Config, run: Run, location: str | Path | None) -> Table:
    configured = config.data.customers
    if location is None:
        if configured is None:
            raise DataError(
                f"got no customers table in the settings of {run.folder}, expected one with "
                "contacts; name it with --customers FILE (customer_id, email, phone and consents)"
            )
        if BLANK in configured.path:
            raise DataError(
                f"got {configured.path}, whose password a run does not keep, expected the whole "
                "address; give it with --customers"
            )
        location = configured.path
    return read_customers(
        location,
        columns=dict(configured.columns) if configured else None,
        date_format=config.data.date_format,
        timezone=config.data.timezone,
        only=audience.UPLOAD_COLUMNS,
    )
