"""Run the notebooks in place, without the times at which cells ran: the same input, the same file."""

from pathlib import Path

import nbformat
from nbclient import NotebookClient


def main() -> None:
    """Run every notebook of this folder."""
    folder = Path(__file__).parent
    for path in sorted(folder.glob("*.ipynb")):
        print(path.name, flush=True)
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)
        where = {"metadata": {"path": str(folder)}}
        NotebookClient(notebook, record_timing=False, resources=where).execute()
        nbformat.write(notebook, path)


if __name__ == "__main__":
    main()
