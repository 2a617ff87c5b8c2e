"""The SQL connector's protocol: TCLIService over HTTP, with results inside the answer to ExecuteStatement (directResults).

So a client makes three calls: OpenSession, ExecuteStatement as often as it likes, CloseSession.
"""

# ruff: noqa: TID251 - the server's half of the connector's protocol ships with the connector
from __future__ import annotations

import io
import threading
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
from databricks.sql.thrift_api.TCLIService import (
    TCLIService,
    ttypes,
)
from thrift.protocol.TBinaryProtocol import TBinaryProtocol
from thrift.transport.TTransport import TMemoryBuffer

from tests.databricks_double.http import AnswerInstead, ConnectionCut, Request
from tests.databricks_double.sql.errors import SqlError
from tests.databricks_double.sql.execute import Sql
from tests.databricks_double.sql.session import Session
from tests.databricks_double.sql.types import table

service: Any = TCLIService  # generated, without types
t: Any = ttypes
_OK = t.TStatus(statusCode=t.TStatusCode.SUCCESS_STATUS)
_TYPES: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (pa.types.is_boolean, "BOOLEAN"),
    (pa.types.is_int8, "TINYINT"),
    (pa.types.is_int16, "SMALLINT"),
    (pa.types.is_int32, "INT"),
    (pa.types.is_integer, "BIGINT"),
    (pa.types.is_float32, "FLOAT"),
    (pa.types.is_float64, "DOUBLE"),
    (pa.types.is_decimal, "DECIMAL"),
    (pa.types.is_timestamp, "TIMESTAMP"),
    (pa.types.is_date, "DATE"),
    (pa.types.is_binary, "BINARY"),
    (pa.types.is_list, "ARRAY"),
    (pa.types.is_map, "MAP"),
    (pa.types.is_struct, "STRUCT"),
    (pa.types.is_null, "NULL"),
)


class Thrift:
    """Answers Thrift calls. The caller of `answer` has checked the token."""

    def __init__(self, sql: Sql) -> None:
        self._service = _Service(sql)
        self._processor = service.Processor(self._service)

    def answer(self, request: Request) -> bytes:
        """Answer one call."""
        current = self._service.current
        current.request, current.raised = request, None
        out = TMemoryBuffer()
        self._processor.process(TBinaryProtocol(TMemoryBuffer(request.body)), TBinaryProtocol(out))
        # The generated code turns every exception into an answer: those for the server are kept aside.
        if current.raised is not None:
            raise current.raised
        answer: bytes = out.getvalue()
        return answer


class _Service(TCLIService.Iface):
    """The calls that the connector makes. Those that are missing are answered as Thrift answers unknown methods."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql
        self._sessions: dict[bytes, Session] = {}
        self.current = threading.local()

    def OpenSession(self, req: Any) -> Any:
        """Open a session for whoever's token the call carries."""
        where = req.initialNamespace or t.TNamespace()
        handle = t.TSessionHandle(_identifier())
        session = self._sql.session(self.current.request.principal, where.catalogName, where.schemaName)
        session.variables.update(req.configuration or {})
        self._sessions[handle.sessionId.guid] = session
        return t.TOpenSessionResp(
            status=_OK,
            serverProtocolVersion=t.TProtocolVersion.SPARK_CLI_SERVICE_PROTOCOL_V7,
            sessionHandle=handle,
            configuration={},
            initialNamespace=t.TNamespace(session.catalog, session.schema),
            canUseMultipleCatalogs=True,
        )

    def CloseSession(self, req: Any) -> Any:
        """Forget a session and its temporary views."""
        self._sessions.pop(req.sessionHandle.sessionId.guid, None)
        return t.TCloseSessionResp(status=_OK)

    def ExecuteStatement(self, req: Any) -> Any:
        """Run a statement."""
        return self._answer(
            t.TExecuteStatementResp,
            req,
            lambda session: self._sql.execute(
                session,
                _numbered(req.statement, req.parameters or ()),
                source="thrift",
                parameters=_parameters(req.parameters or ()),
                request=self.current.request,
            ),
        )

    def GetCatalogs(self, req: Any) -> Any:
        """List catalogs."""
        return self._answer(
            t.TGetCatalogsResp, req, lambda session: self._listed(session, "SHOW CATALOGS", "TABLE_CAT")
        )

    def GetSchemas(self, req: Any) -> Any:
        """List schemas."""

        def listed(session: Session) -> pa.Table:
            store, wanted = self._sql.store, (req.catalogName or session.catalog).lower()
            rows = [(name[1], name[0]) for name in sorted(store.schemas) if name[0] == wanted]
            return table("TABLE_SCHEM TABLE_CATALOG", [row for row in rows if _like(row[0], req.schemaName)])

        return self._answer(t.TGetSchemasResp, req, listed)

    def GetTables(self, req: Any) -> Any:
        """List relations."""

        def listed(session: Session) -> pa.Table:
            rows = [
                (*name, "VIEW" if relation.kind == "VIEW" else "TABLE", relation.comment or "")
                for name, relation in sorted(self._sql.store.relations.items())
                if name[0] == (req.catalogName or session.catalog).lower()
                and _like(name[1], req.schemaName)
                and _like(name[2], req.tableName)
            ]
            return table("TABLE_CAT TABLE_SCHEM TABLE_NAME TABLE_TYPE REMARKS", rows)

        return self._answer(t.TGetTablesResp, req, listed)

    def CloseOperation(self, req: Any) -> Any:
        """Say yes: operations are closed with their answer."""
        return t.TCloseOperationResp(status=_OK)

    def CancelOperation(self, req: Any) -> Any:
        """Say yes: operations are over when they are answered."""
        return t.TCancelOperationResp(status=_OK)

    def _listed(self, session: Session, statement: str, name: str) -> pa.Table:
        return self._sql.execute(session, statement, source="thrift").rename_columns([name])

    def _answer(self, response: Any, req: Any, run: Callable[[Session], pa.Table]) -> Any:
        handle = t.TOperationHandle(_identifier(), t.TOperationType.EXECUTE_STATEMENT, True)
        closed = t.TCloseOperationResp(status=_OK)
        session = self._sessions.get(req.sessionHandle.sessionId.guid)
        if session is None or session.principal != self.current.request.principal:
            status = t.TStatus(
                t.TStatusCode.INVALID_HANDLE_STATUS, errorMessage="Invalid SessionHandle", sqlState="HY000"
            )
            return response(status=status)
        try:
            metadata, rows = _results(run(session))
        except SqlError as error:
            return response(
                status=_OK, operationHandle=handle, directResults=_refused(str(error), error.sql_state, closed)
            )
        except (AnswerInstead, ConnectionCut) as raised:
            self.current.raised = raised
            raise
        done = t.TGetOperationStatusResp(status=_OK, operationState=t.TOperationState.FINISHED_STATE, hasResultSet=True)
        fetched = t.TFetchResultsResp(status=_OK, hasMoreRows=False, results=rows)
        direct = t.TSparkDirectResults(
            operationStatus=done, resultSetMetadata=metadata, resultSet=fetched, closeOperation=closed
        )
        return response(status=_OK, operationHandle=handle, directResults=direct)


def _identifier() -> Any:
    return t.THandleIdentifier(uuid.uuid4().bytes, uuid.uuid4().bytes)


def _refused(message: str, state: str, closed: Any) -> Any:
    status = t.TGetOperationStatusResp(
        status=_OK,
        operationState=t.TOperationState.ERROR_STATE,
        sqlState=state,
        errorMessage=message,
        displayMessage=message,
        diagnosticInfo="",
    )
    return t.TSparkDirectResults(operationStatus=status, closeOperation=closed)


def _like(name: str, pattern: str | None) -> bool:
    return pattern in (None, "", "%", "*") or name == str(pattern).lower()


def _numbered(statement: str, parameters: Any) -> str:
    """Give `?` parameters names by their position, as all others have names."""
    from tests.databricks_double.sql.lexer import tokens

    if not parameters or all(parameter.name for parameter in parameters):
        return statement
    text, at, position = "", 0, 0
    for token in tokens(statement):
        if token.text == "?" and token.kind == "sign":
            position += 1
            text += f"{statement[at : token.start]}:parameter_{position}"
            at = token.end
    return text + statement[at:]


def _parameters(parameters: Any) -> Mapping[str, tuple[str | None, str]]:
    return {
        parameter.name or f"parameter_{i}": (
            parameter.value.stringValue if parameter.value else None,
            parameter.type or "",
        )
        for i, parameter in enumerate(parameters, 1)
    }


def _type(kind: pa.DataType) -> Any:
    name = next((name for test, name in _TYPES if test(kind)), "STRING")
    qualifiers = None
    if name == "DECIMAL":
        sizes = {"precision": kind.precision, "scale": kind.scale}
        qualifiers = t.TTypeQualifiers({key: t.TTypeQualifierValue(i32Value=size) for key, size in sizes.items()})
    entry = t.TPrimitiveTypeEntry(getattr(t.TTypeId, f"{name}_TYPE"), qualifiers)
    return t.TTypeDesc([t.TTypeEntry(primitiveEntry=entry)])


def _results(rows: pa.Table) -> tuple[Any, Any]:
    """Return rows as the connector reads them: an Arrow schema, and record batches without one."""
    schema = rows.schema.serialize()
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        for batch in rows.combine_chunks().to_batches():
            writer.write_batch(batch)
        end = sink.tell()
    batches = [t.TSparkArrowBatch(sink.getvalue()[len(schema) : end], rows.num_rows)] if rows.num_rows else []
    columns = [t.TColumnDesc(field.name, _type(field.type), i) for i, field in enumerate(rows.schema, 1)]
    metadata = t.TGetResultSetMetadataResp(
        status=_OK,
        schema=t.TTableSchema(columns),
        resultFormat=t.TSparkRowSetType.ARROW_BASED_SET,
        lz4Compressed=False,
        arrowSchema=schema.to_pybytes(),
        isStagingOperation=False,
    )
    return metadata, t.TRowSet(startRowOffset=0, rows=[], arrowBatches=batches)
