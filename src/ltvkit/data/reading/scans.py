"""Scans of delimited files: their rows, and the lines that could not be taken apart."""

import glob
from dataclasses import dataclass
from pathlib import Path

from ltvkit.data.reading.delimited import TextFile
from ltvkit.data.reading.workspace import Workspace, literal


@dataclass(frozen=True, slots=True)
class Malformed:
    """A line that could not be taken apart.

    Parameters
    ----------
    row : int
        Its number among the rows of all files, 1 the first.
    line : int
        Its number in its file, the header and what stands above it among them.
    text : str
    kind : str
        What is wrong with it, in DuckDB's words.
    """

    row: int
    line: int
    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Scans:
    """Files with the same columns, in whatever order, scanned one after the other.

    Parameters
    ----------
    files : tuple of TextFile
        At least one. Columns stand in the order of the first.
    table : str
        Name for what a scan notes down of lines that it could not take apart.
    """

    files: tuple[TextFile, ...]
    table: str

    @property
    def relation(self) -> str:
        """What stands after FROM to scan the rows, with columns c0, c1 and so on."""
        return f"({' UNION ALL '.join(map(self._scan, self.files))})"

    def forget_malformed(self, workspace: Workspace) -> None:
        """Forget the lines of earlier scans, which may not have come to the end."""
        workspace.run(f"DROP TABLE IF EXISTS {self.table}")
        workspace.run(f"DROP TABLE IF EXISTS {self.table}_scans")

    def malformed_lines(self, workspace: Workspace) -> list[Malformed]:
        """The lines that could not be taken apart, as far as was scanned, by row."""
        scanned = workspace.rows(f"SELECT 1 FROM duckdb_tables() WHERE table_name = '{self.table}'")
        if not scanned:
            return []
        # A second scan notes them down again.
        found = workspace.rows(
            f"SELECT file_path, line, csv_line, min(error_type::VARCHAR) FROM {self.table} "
            f"JOIN {self.table}_scans USING (scan_id, file_id) GROUP BY ALL ORDER BY line, csv_line"
        )
        by_file: dict[str, list[tuple[int, str, str]]] = {}
        for path, *noted in found:
            by_file.setdefault(path, []).append((noted[0], noted[1], noted[2]))
        lines, rows_before = [], 0
        for file in self.files:
            noted = by_file.pop(str(file.path), [])
            lines += [
                Malformed(rows_before + line - file.skip - 1, line, text, kind)
                for line, text, kind in noted
            ]
            if by_file:
                rows_before += len(noted) + self._well_formed(workspace, file)
        return lines

    def _well_formed(self, workspace: Workspace, file: TextFile) -> int:
        columns = ", ".join(f"c{place}" for place in range(len(file.header)))
        (rows,) = workspace.row(f"SELECT count(hash({columns})) FROM ({self._scan(file)})")
        return int(rows)

    def _scan(self, file: TextFile) -> str:
        header = self.files[0].header
        # Physical names c0, c1, … : DuckDB takes "ID" and "id" for one.
        columns = ", ".join(f"'c{header.index(name)}': 'VARCHAR'" for name in file.header)
        return (
            f"SELECT {', '.join(f'c{place}' for place in range(len(header)))} FROM read_csv("
            f"{path_literal(file.path)}, auto_detect = false, header = true, "
            f"skip = {file.skip}, delim = {literal(file.delimiter)}, quote = '\"', escape = '\"', "
            f"max_line_size = 16777216, columns = {{{columns}}}, store_rejects = true, "
            f"rejects_table = '{self.table}', rejects_scan = '{self.table}_scans')"
        )


def path_literal(path: Path) -> str:
    """A path in SQL that DuckDB takes literally, even with * or [ in its name."""
    return literal(glob.escape(str(path)) if glob.has_magic(str(path)) else str(path))
