"""The engines a book can be calculated with: opening files, writing results.

polars is the default: lazy, streaming, in memory that does not grow with the book. DuckDB does the
same; pandas holds everything in memory; Spark is for what outgrows one machine. Only polars comes
with the package; the others are the extra `engines`.
"""

from __future__ import annotations

import csv
import glob
import os
import shutil
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, Final

import narwhals as nw

from carbontrader_mcp.domain.errors import InvalidInputError, NotFoundError
from carbontrader_mcp.domain.pcaf.inputs import INPUTS

ENGINES: Final = ("polars", "duckdb", "pandas", "spark")
LOCAL_MASTER: Final = "local[*]"
REMOTE: Final = "sc://"
SPARK_SETTINGS: Final = {
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    # Else every expression records the line of code it came from, half of the time a plan takes.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
}
EXTRA: Final = 'pip install "carbontrader[engines]"'


def open_book(
    engine: str, paths: Path | str | Sequence[Path | str], *, master: str | None = None
) -> nw.LazyFrame[Any]:
    """A book in Parquet or CSV files, all of one kind, opened by an engine.

    A path may be a pattern. Spark also reads folders and addresses such as s3a://; its `master` is
    local[N], spark://HOST:PORT, yarn, k8s://… or, for Spark Connect, sc://HOST:PORT.

    Raises:
        InvalidInputError: an unknown engine or file kind, or an engine that is not installed.
        NotFoundError: a file is not there.
    """
    if engine not in ENGINES:
        raise InvalidInputError(f"Engine {engine!r} is unknown; use one of {', '.join(ENGINES)}.")
    if master is not None and engine != "spark":
        raise InvalidInputError(f"A master is for the engine spark, not for {engine}.")
    given = [paths] if isinstance(paths, str | Path) else list(paths)
    files = [str(path) for path in given] if engine == "spark" else _files(given)
    is_csv = _is_csv(files)
    opened = {"polars": _polars, "duckdb": _duckdb, "pandas": _pandas}
    native = _spark(files, is_csv, master) if engine == "spark" else opened[engine](files, is_csv)
    return nw.from_native(native).lazy()


def write_book(results: nw.LazyFrame[Any], path: Path | str) -> None:
    """Results as Parquet: one file, or with Spark a folder of files. An old one is replaced."""
    native: Any = results.to_native()
    if results.implementation.is_spark_like():
        native.write.mode("overwrite").parquet(str(path))
    elif results.implementation is nw.Implementation.POLARS:
        native.sink_parquet(str(path), compression="zstd", engine="streaming")
    elif results.implementation is nw.Implementation.DUCKDB:
        native.write_parquet(str(path), compression="zstd")
    else:
        nw.from_native(results.collect(), eager_only=True).write_parquet(str(path))


def collected(frame: nw.LazyFrame[Any]) -> list[dict[str, Any]]:
    """The rows of a small frame, unknown as None."""
    is_polars = frame.implementation is nw.Implementation.POLARS
    options: dict[str, Any] = {"engine": "streaming"} if is_polars else {}
    eager: Any = frame.collect(backend="polars", **options)
    return eager.rows(named=True)


def held(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """The rows as they are now, calculated once; of a frame that is small."""
    if frame.implementation is nw.Implementation.POLARS:
        eager: Any = frame.collect(backend="polars", engine="streaming")
        return eager.lazy()
    if frame.implementation is nw.Implementation.DUCKDB:
        import duckdb

        table = frame.collect(backend="pyarrow").to_native()
        return nw.from_native(duckdb.from_arrow(table)).lazy()
    native: Any = frame.to_native()
    if frame.implementation.is_spark_like():
        return nw.from_native(native.persist()).lazy()
    return frame


def spark_session(master: str | None) -> Any:
    """The Spark session of this process; one that is running is used as it is."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    is_remote = master is not None and master.startswith(REMOTE)
    if not is_remote and not has_java():
        raise InvalidInputError(
            "Spark needs Java 17 or later: install it, or set JAVA_HOME, or use sc://HOST:PORT."
        )
    sql = _imported("pyspark.sql", "spark")
    builder = sql.SparkSession.builder.appName("carbontrader")
    if is_remote:
        return builder.remote(master).getOrCreate()
    builder = builder.master(master or LOCAL_MASTER)
    for name, value in SPARK_SETTINGS.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def has_java() -> bool:
    """Whether a Java is there for a Spark of this machine."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java") is not None or (
        home is not None and Path(home, "bin/java").exists()
    )


def _polars(files: list[str], is_csv: bool) -> Any:
    import polars as pl

    if not is_csv:
        return pl.scan_parquet(files)
    kinds = {"number": pl.Float64(), "flag": pl.Boolean(), "word": pl.String()}
    return pl.scan_csv(files, schema_overrides={n: kinds[kind] for n, kind in _kinds(files)})


def _duckdb(files: list[str], is_csv: bool) -> Any:
    duckdb = _imported("duckdb", "duckdb")
    # The one connection of the module: relations of two cannot be joined.
    connection = duckdb.default_connection()
    if not is_csv:
        return connection.read_parquet(files)
    kinds = {"number": "DOUBLE", "flag": "BOOLEAN", "word": "VARCHAR"}
    return connection.read_csv(files, dtype={n: kinds[kind] for n, kind in _kinds(files)})


def _pandas(files: list[str], is_csv: bool) -> Any:
    _imported("pyarrow", "pandas")
    import pandas

    pd: Any = pandas
    if not is_csv:
        return pd.concat(
            [pd.read_parquet(f, dtype_backend="pyarrow") for f in files], ignore_index=True
        )
    kinds = {"number": "double[pyarrow]", "flag": "bool[pyarrow]", "word": "string[pyarrow]"}
    types = {name: kinds[kind] for name, kind in _kinds(files)}
    return pd.concat(
        [pd.read_csv(f, dtype=types, dtype_backend="pyarrow") for f in files], ignore_index=True
    )


def _spark(files: list[str], is_csv: bool, master: str | None) -> Any:
    with warnings.catch_warnings():
        # pyspark warns of the pandas beside it, which no part of a book touches.
        warnings.simplefilter("ignore", FutureWarning)
        session = spark_session(master)
        if not is_csv:
            return session.read.parquet(*files)
        functions = _imported("pyspark.sql.functions", "spark")
        book = session.read.csv(files, header=True)
        kinds = {"number": "double", "flag": "boolean", "word": "string"}
        for name in book.columns:
            if name in INPUTS:
                book = book.withColumn(name, functions.col(name).cast(kinds[INPUTS[name].kind]))
        return book


def _imported(module: str, engine: str) -> Any:
    try:
        return import_module(module)
    except ImportError as error:
        raise InvalidInputError(
            f"The engine {engine} needs {module.partition('.')[0]}, which is not installed: {EXTRA}."
        ) from error


def _files(given: Sequence[Path | str]) -> list[str]:
    found: list[str] = []
    for path in map(str, given):
        matches = [path] if Path(path).exists() else sorted(glob.glob(path))
        if not matches:
            raise NotFoundError(f"No file {path!r}.")
        found += [
            str(file)
            for match in matches
            for file in (sorted(Path(match).glob("*.parquet")) if Path(match).is_dir() else [match])
        ]
    return found


def _is_csv(files: Sequence[str]) -> bool:
    kinds = {Path(file).suffix.lower() for file in files}
    if kinds == {".csv"}:
        return True
    if kinds <= {".parquet", ".pq", ""}:
        return False
    raise InvalidInputError(
        f"Files end in {', '.join(sorted(kinds))}; a book is .parquet or .csv, all of one kind."
    )


def _kinds(files: Sequence[str]) -> list[tuple[str, str]]:
    """The kind of every input in the first line of the first file."""
    with Path(files[0]).open(newline="", encoding="utf-8-sig") as lines:
        header = [name for line in islice(csv.reader(lines), 1) for name in line]
    return [(name, INPUTS[name].kind) for name in header if name in INPUTS]
