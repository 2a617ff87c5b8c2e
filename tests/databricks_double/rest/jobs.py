"""Jobs and their runs: `JobsAPI` of the SDK. What a task does is done by `options.run_task`; the rest is as the vendor says:
order, `run_if`, retries, queueing, and that a run succeeds by its last tasks.

A body is read through the SDK's own types: a field that they do not know is refused.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Mapping
from typing import Any

from databricks.sdk.service.jobs import JobSettings  # noqa: TID251 - its types read what is sent

from tests.databricks_double.rest import errors, fields, privileges, securables
from tests.databricks_double.rest.routes import Call, Options, Routes
from tests.databricks_double.store import Metastore, now

routes = Routes()
BASE = "/api/2.2/jobs"
ENDED = ("TERMINATED", "SKIPPED", "INTERNAL_ERROR")
ALERTS = "alerts"
"""Of a run, which no call shows: whom it told of a failure, as (task, "" for the job; address)."""
_PARAMETER = re.compile(r"\{\{\s*job\.parameters\.(\w+)\s*\}\}")
_TURNS: dict[tuple[int, int], threading.Lock] = {}
"""Whose turn it is, by store and job: each runs once at a time."""


def _settings(call: Call, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a job where they are such, and who runs it and what is named is there."""
    read = JobSettings.from_dict(dict(body)).as_dict()
    if unknown := _unknown(body, read):
        raise errors.invalid(f"Unknown field or value: {unknown}")
    if not read.get("tasks"):
        raise errors.invalid("A job has tasks")
    keys = [task.get("task_key") for task in read["tasks"]]
    for task in read["tasks"]:
        if missing := [each["task_key"] for each in task.get("depends_on", ()) if each["task_key"] not in keys]:
            raise errors.invalid(f"Task {task['task_key']} depends on {missing}: there are no such tasks")
        clusters = [each["job_cluster_key"] for each in read.get("job_clusters", ())]
        if task.get("job_cluster_key") not in (None, *clusters):
            raise errors.invalid(f"There is no job cluster {task['job_cluster_key']}")
    if who := read.get("run_as", {}).get("service_principal_name"):
        privileges.check_exists(call.store, who)
    return read


def _unknown(said: Any, read: Any, where: str = "") -> str | None:
    """Return where something was said that the SDK did not read."""
    if isinstance(said, dict) and isinstance(read, dict):
        for key, value in said.items():
            if key not in read:
                found = None if value in (None, {}, [], "") else f"{where}{key}"
            else:
                found = _unknown(value, read[key], f"{where}{key}.")
            if found:
                return found
        return None
    if isinstance(said, list) and isinstance(read, list) and len(said) == len(read):
        return next((found for one, two in zip(said, read, strict=True) if (found := _unknown(one, two, where))), None)
    return None if said == read else where.rstrip(".")


def _the(call: Call, kind: str, identifier: str | int) -> dict[str, Any]:
    held = securables.documents(call.store, kind).get(str(identifier))
    if held is None:
        raise errors.not_found(kind.removesuffix("s"), str(identifier))
    return held


@routes("POST", f"{BASE}/create")
def create(call: Call) -> dict[str, Any]:
    """`JobsAPI.create`: names are not unique."""
    held = securables.documents(call.store, "jobs")
    job_id = len(held) + 101
    held[str(job_id)] = {
        "job_id": job_id,
        "creator_user_name": call.principal.name,
        "created_time": now(),
        "settings": _settings(call, call.json()),
    }
    return {"job_id": job_id}


@routes("GET", f"{BASE}/get")
def get(call: Call) -> dict[str, Any]:
    """`JobsAPI.get`."""
    call.query("page_token")
    return _the(call, "jobs", call.need_query("job_id"))


@routes("GET", f"{BASE}/list")
def list_jobs(call: Call) -> dict[str, Any]:
    """`JobsAPI.list`: by name, if one is given."""
    name, _ = call.query("name"), call.flag("expand_tasks")
    call.query("limit")
    call.query("page_token")
    jobs = securables.documents(call.store, "jobs").values()
    found = [each for each in jobs if name is None or each["settings"].get("name", "").lower() == name.lower()]
    return {"jobs": found} if found else {}


@routes("POST", f"{BASE}/run-now")
def run_now(call: Call) -> dict[str, Any]:
    """`JobsAPI.run_now`: answers at once; who wants to know polls."""
    known = {"job_id": int, "job_parameters": dict, "idempotency_token": str, "queue": dict}
    body = fields.read(call.json(), known, need=("job_id",))
    return {"run_id": _start(call.store, call.options, _the(call, "jobs", body["job_id"]), body.get("job_parameters"))}


@routes("GET", f"{BASE}/runs/get")
def get_run(call: Call) -> dict[str, Any]:
    """`JobsAPI.get_run`: how far a run is, with its tasks."""
    for unused in ("include_history", "include_resolved_values", "page_token"):
        call.query(unused)
    held = _the(call, "runs", call.need_query("run_id"))
    return {key: value for key, value in held.items() if key != ALERTS}


def _start(store: Metastore, options: Options, job: Mapping[str, Any], given: Mapping[str, str] | None) -> int:
    settings = job["settings"]
    parameters = {each["name"]: each["default"] for each in settings.get("parameters", ())}
    if unknown := set(given or {}) - set(parameters):
        raise errors.invalid(f"The job has no parameters {sorted(unknown)}")
    runs = securables.documents(store, "runs")
    run_id = len(runs) + 5001
    tasks = [{"task_key": each["task_key"], "state": {"life_cycle_state": "PENDING"}} for each in settings["tasks"]]
    runs[str(run_id)] = run = {
        "run_id": run_id,
        "job_id": job["job_id"],
        "state": {"life_cycle_state": "PENDING"},
        "tasks": tasks,
        ALERTS: [],
    }
    arguments = (store, options, settings, run, {**parameters, **(given or {})})
    threading.Thread(target=_run, args=arguments, daemon=True).start()
    return run_id


def _run(
    store: Metastore, options: Options, settings: dict[str, Any], run: dict[str, Any], parameters: Mapping[str, str]
) -> None:
    """Run the tasks of a job in their order. A job that is running already is waited for, or this run is skipped."""
    turn = _TURNS.setdefault((id(store), run["job_id"]), threading.Lock())
    if not turn.acquire(blocking=False):
        if not settings.get("queue", {}).get("enabled"):
            run["state"] = {"life_cycle_state": "SKIPPED", "result_state": "CANCELED"}
            return
        run["state"] = {"life_cycle_state": "QUEUED"}
        turn.acquire()
    try:
        run["state"] = {"life_cycle_state": "RUNNING"}
        states = {each["task_key"]: each for each in run["tasks"]}
        for task in settings["tasks"]:  # in the order in which they are declared: each after those it depends on
            state = states[task["task_key"]]
            before = [states[each["task_key"]]["state"].get("result_state") for each in task.get("depends_on", ())]
            if None in before:
                raise AssertionError(f"{task['task_key']} is declared before what it depends on")
            if task.get("run_if", "ALL_SUCCESS") == "ALL_SUCCESS" and set(before) - {"SUCCESS"}:
                _end(state, "UPSTREAM_FAILED")
                continue
            state["state"] = {"life_cycle_state": "RUNNING"}
            for attempt in range(task.get("max_retries", 0) + 1):
                state["attempt_number"] = attempt
                done = _run_task(store, options, settings, task, parameters)
                if done:
                    break
            _end(state, "SUCCESS" if done else "FAILED")
            if not done:
                _tell(run, task["task_key"], task)
        needed = {each["task_key"] for task in settings["tasks"] for each in task.get("depends_on", ())}
        results = {key: each["state"]["result_state"] for key, each in states.items()}
        if any(result != "SUCCESS" for key, result in results.items() if key not in needed):
            _tell(run, "", settings)
            _end(run, "FAILED")
        else:
            _end(run, "SUCCESS" if set(results.values()) == {"SUCCESS"} else "SUCCESS_WITH_FAILURES")
    except Exception as crash:  # of the double: whoever polls is told
        run["state"] = {"life_cycle_state": "INTERNAL_ERROR", "state_message": f"{type(crash).__name__}: {crash}"}
    finally:
        turn.release()


def _run_task(
    store: Metastore,
    options: Options,
    settings: dict[str, Any],
    task: dict[str, Any],
    parameters: Mapping[str, str],
) -> bool:
    filled = _filled(task, parameters)
    if "run_job_task" in filled:
        asked = filled["run_job_task"]
        job = securables.documents(store, "jobs")[str(asked["job_id"])]
        child = securables.documents(store, "runs")[str(_start(store, options, job, asked.get("job_parameters")))]
        while child["state"]["life_cycle_state"] not in ENDED:
            time.sleep(0.02)
        return str(child["state"].get("result_state")).startswith("SUCCESS")
    if options.run_task is None:
        raise AssertionError("options.run_task says what a task does")
    clusters = {each["job_cluster_key"]: each["new_cluster"] for each in settings.get("job_clusters", ())}
    cluster = clusters.get(filled.get("job_cluster_key"), {})
    variables = {name: _secret(store, value) for name, value in cluster.get("spark_env_vars", {}).items()}
    return options.run_task(filled, variables)


def _secret(store: Metastore, value: str) -> str:
    """Return the value of a variable of a cluster, read from its secret where it names one."""
    found = re.fullmatch(r"\{\{secrets/([^/]+)/([^/]+)\}\}", value)
    return store.secrets[found[1], found[2]] if found else value


def _filled(value: Any, parameters: Mapping[str, str]) -> Any:
    """Return a part of a task with the job's parameters filled in."""
    if isinstance(value, dict):
        return {key: _filled(each, parameters) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, parameters) for each in value]
    return _PARAMETER.sub(lambda found: parameters[found[1]], value) if isinstance(value, str) else value


def _end(held: dict[str, Any], result: str) -> None:
    held["state"] = {"life_cycle_state": "TERMINATED", "result_state": result}


def _tell(run: dict[str, Any], what: str, said: Mapping[str, Any]) -> None:
    mails = said.get("email_notifications", {}).get("on_failure", [])
    hooks = [each["id"] for each in said.get("webhook_notifications", {}).get("on_failure", [])]
    run[ALERTS] += [(what, each) for each in (*mails, *hooks)]
