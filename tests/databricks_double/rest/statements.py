"""Statements over REST: `StatementExecutionAPI` of the SDK. The SQL half runs them; here they wait, are cancelled, and fetched."""

from __future__ import annotations

import re
import threading
import time
import uuid
from typing import Any

import pyarrow as pa

from tests.databricks_double.http import AnswerInstead, ConnectionCut, Response
from tests.databricks_double.rest import errors, fields, results, warehouses
from tests.databricks_double.rest.routes import Call, Routes
from tests.databricks_double.rest.running import Running

routes = Routes()
BASE = "/api/2.0/sql/statements"
BODY = {"statement": str, "warehouse_id": str, "catalog": str, "schema": str, "parameters": list, "disposition": str,
        "format": str, "on_wait_timeout": str, "wait_timeout": str, "row_limit": int, "byte_limit": int,
        "query_tags": list}  # fmt: skip
LINKS = "/double/statement-results/{id}/{chunk}/{secret}"
_POLL = 0.02


def _find(call: Call, owner: str | None) -> Running:
    running = call.running.get(call.path["id"])
    if running is None or (owner is not None and running.owner != owner):
        message = f"The statement {call.path['id']} was not found."
        raise errors.ApiError(404, "RESOURCE_DOES_NOT_EXIST", message)
    return running


def _parameters(given: list[Any]) -> dict[str, tuple[str | None, str]]:
    found: dict[str, tuple[str | None, str]] = {}
    for each in given:
        one = fields.read(each, {"name": str, "value": str, "type": str}, need=("name",), where="parameters.")
        if one["name"] in found:
            raise errors.invalid(f"Parameter {one['name']} is given twice")
        found[one["name"]] = (one.get("value"), one.get("type") or "STRING")
    return found


def _seconds(text: str) -> float:
    """Return how long to wait: none, or 5 to 50 seconds."""
    matched = re.fullmatch(r"(\d+)s", text)
    if matched is None or not (matched[1] == "0" or 5 <= int(matched[1]) <= 50):
        raise errors.invalid(f"wait_timeout must be 0s, or from 5s to 50s, not {text}")
    return float(matched[1])


@routes("POST", BASE, waits=True)
def execute(call: Call) -> dict[str, Any]:
    """`StatementExecutionAPI.execute_statement`: in a thread of its own; the call waits as long as it says."""
    body = fields.read(call.json(), BODY, need=("statement", "warehouse_id"))
    form = fields.one_of("format", body.get("format") or "JSON_ARRAY", frozenset({"JSON_ARRAY", "ARROW_STREAM", "CSV"}))
    where = fields.one_of("disposition", body.get("disposition") or "INLINE", frozenset({"INLINE", "EXTERNAL_LINKS"}))
    late = body.get("on_wait_timeout") or "CONTINUE"
    fields.one_of("on_wait_timeout", late, frozenset({"CONTINUE", "CANCEL"}))
    if where == "INLINE" and form != "JSON_ARRAY":
        raise errors.invalid(f"The format {form} needs the disposition EXTERNAL_LINKS")
    seconds = _seconds(body.get("wait_timeout") or "10s")
    for tag in body.get("query_tags") or []:
        fields.read(tag, {"key": str, "value": str}, need=("key",), where="query_tags.")
    parameters = _parameters(body.get("parameters") or [])
    with call.store.lock:
        warehouses.find(call, body["warehouse_id"])
    running = Running(
        id=str(uuid.uuid4()),
        owner=call.principal.name,
        form=form,
        linked=where == "EXTERNAL_LINKS",
        rows_per_chunk=call.options.rows_per_chunk,
        row_limit=body.get("row_limit"),
    )
    call.running[running.id] = running
    threading.Thread(target=_run, args=(call, running, body, parameters), daemon=True).start()
    ended = running.done.wait(seconds)
    if running.raised is not None:
        raise running.raised
    if not ended and seconds and late == "CANCEL":
        running.finish("CANCELED")
    return _answer(call, running)


def _run(call: Call, running: Running, body: dict[str, Any], parameters: dict[str, tuple[str | None, str]]) -> None:
    """Wait for the warehouse, then run the statement. Nothing gets out of here but through `running`."""
    try:
        if not _warehouse_runs(call, running, body["warehouse_id"]):
            return
        running.state = "RUNNING"
        table = call.statements.run(
            body["statement"],
            call.principal,
            catalog=body.get("catalog"),
            schema=body.get("schema"),
            parameters=parameters,
            request=call.request,
        )
        if running.row_limit is not None and table.num_rows > running.row_limit:
            table, running.truncated = table.slice(0, running.row_limit), True
        if not running.linked and table.nbytes > results.MOST_INLINE:
            running.finish("FAILED", {"error_code": "BAD_REQUEST", "message": "Inline byte limit exceeded."})
            return
        running.table = table
        running.finish("SUCCEEDED")
    except (AnswerInstead, ConnectionCut) as fault:
        running.raised = fault
        running.finish("FAILED", {"error_code": "INTERNAL_ERROR", "message": "The statement was lost"})
    except errors.ApiError as refusal:
        running.finish("FAILED", {"error_code": refusal.error_code, "message": refusal.message})
    except Exception as error:
        code = "BAD_REQUEST" if hasattr(error, "sql_state") else "INTERNAL_ERROR"
        message = str(error) if code == "BAD_REQUEST" else f"{type(error).__name__}: {error}"
        running.finish("FAILED", {"error_code": code, "message": message}, getattr(error, "sql_state", None))


def _warehouse_runs(call: Call, running: Running, warehouse_id: str) -> bool:
    """Start the warehouse and wait for it; return False when the statement is cancelled meanwhile."""
    while True:
        with call.store.lock:
            held = warehouses.find(call, warehouse_id)
            warehouses.start(call, held)
            if held["state"] == "RUNNING":
                return not running.done.is_set()
        if running.done.wait(_POLL):
            return False


def _answer(call: Call, running: Running) -> dict[str, Any]:
    """Return where a statement is, and its first chunk when it is there."""
    status: dict[str, Any] = {"state": running.state}
    if running.error is not None:
        status["error"] = running.error
    if running.sql_state is not None:
        status["sql_state"] = running.sql_state
    answer: dict[str, Any] = {"statement_id": running.id, "status": status}
    if running.state == "SUCCEEDED" and running.table is not None:
        answer |= {"manifest": _manifest(running, running.table), "result": _chunk(call, running, 0)}
    return answer


def _manifest(running: Running, table: pa.Table) -> dict[str, Any]:
    columns = [results.column(at, each.name, each.type) for at, each in enumerate(table.schema)]
    return {
        "format": running.form,
        "schema": {"column_count": len(columns), "columns": columns},
        "total_row_count": table.num_rows,
        "total_chunk_count": running.chunks,
        "truncated": running.truncated,
        "chunks": [_span(running, table, index) for index in range(running.chunks)],
    }


def _span(running: Running, table: pa.Table, index: int) -> dict[str, Any]:
    start = index * running.rows_per_chunk
    count = max(0, min(running.rows_per_chunk, table.num_rows - start))
    return {"chunk_index": index, "row_offset": start, "row_count": count}


def _chunk(call: Call, running: Running, index: int) -> dict[str, Any]:
    """Return one chunk: its rows, or a link to them."""
    table = running.table
    if table is None or not 0 <= index < running.chunks:
        raise errors.ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"There is no chunk {index}")
    span = _span(running, table, index)
    next_one: dict[str, Any] = {}
    if index + 1 < running.chunks:
        link = f"{BASE}/{running.id}/result/chunks/{index + 1}"
        next_one = {"next_chunk_index": index + 1, "next_chunk_internal_link": link}
    if not running.linked:
        part = table.slice(span["row_offset"], span["row_count"])
        return {**span, **next_one, "data_array": results.rows(part)}
    path = LINKS.format(id=running.id, chunk=index, secret=running.secret)
    url = f"{call.options.scheme}://{call.request.headers.get('host', 'localhost')}{path}"
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 900))
    return {"external_links": [{**span, **next_one, "external_link": url, "expiration": soon}]}


@routes("GET", f"{BASE}/{{id}}", waits=True)
def get(call: Call) -> dict[str, Any]:
    """`StatementExecutionAPI.get_statement`."""
    return _answer(call, _find(call, call.principal.name))


@routes("POST", f"{BASE}/{{id}}/cancel", waits=True)
def cancel(call: Call) -> dict[str, Any]:
    """`StatementExecutionAPI.cancel_execution`: a statement that runs may have its effect all the same."""
    _find(call, call.principal.name).finish("CANCELED")
    return {}


@routes("GET", f"{BASE}/{{id}}/result/chunks/{{chunk}}", waits=True)
def get_chunk(call: Call) -> dict[str, Any]:
    """`StatementExecutionAPI.get_statement_result_chunk_n`."""
    return _chunk(call, _find(call, call.principal.name), _index(call))


@routes("GET", LINKS, is_open=True, waits=True)
def get_linked(call: Call) -> Response:
    """Return what is behind a link: storage of the cloud, which must be sent no token."""
    running = _find(call, None)
    index = _index(call)
    if call.path["secret"] != running.secret or "authorization" in call.request.headers:
        raise errors.permission_denied("The link is wrong, or it was sent a token")
    if running.table is None or not 0 <= index < running.chunks:
        raise errors.not_found("chunk", str(index))
    span = _span(running, running.table, index)
    part = running.table.slice(span["row_offset"], span["row_count"])
    return Response(200, results.written(part, running.form), {"content-type": "application/octet-stream"})


def _index(call: Call) -> int:
    try:
        return int(call.path["chunk"])
    except ValueError:
        raise errors.invalid(f"{call.path['chunk']!r} is not a chunk index") from None
