"""
A fake cluster with the lifecycle APIs that no node of the rig has: ILM, data stream lifecycle and ISM.

They are parts of the products that are not published as libraries, so no real node can be asked here. The fake is
written after the products' documentation of these APIs, and is stricter than they are: it takes no method, path,
parameter, key, unit or value that the documentation does not have, notes each as a complaint, and stores what it takes
as the products store it (defaults are added, settings become texts, versions count).
"""

from __future__ import annotations

import json
import re
import threading
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

DURATION = re.compile(r"[1-9]\d*(nanos|micros|ms|s|m|h|d)|0(ms)?")
SIZE = re.compile(r"[1-9]\d*(b|kb|mb|gb|tb|pb)")
_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "": 1}
_BUILT_IN = ("logs@mappings", "logs@settings", "ecs@mappings", "data-streams@mappings")

# phase → actions, as the page on each action names the phases that it is allowed in
_ILM = {
    "hot": {"set_priority", "rollover", "readonly", "shrink", "forcemerge", "searchable_snapshot", "downsample", "unfollow"},
    "warm": {"set_priority", "readonly", "allocate", "migrate", "shrink", "forcemerge", "downsample", "unfollow"},
    "cold": {"set_priority", "readonly", "allocate", "migrate", "searchable_snapshot", "downsample", "unfollow"},
    "frozen": {"searchable_snapshot", "unfollow"},
    "delete": {"delete", "wait_for_snapshot"},
}  # fmt: skip
_ILM_OPTIONS: dict[str, dict[str, Any]] = {
    "rollover": {
        "max_age": DURATION, "max_docs": int, "max_size": SIZE, "max_primary_shard_size": SIZE,
        "max_primary_shard_docs": int, "min_age": DURATION, "min_docs": int, "min_size": SIZE,
        "min_primary_shard_size": SIZE, "min_primary_shard_docs": int,
    },
    "set_priority": {"priority": int},
    "forcemerge": {"max_num_segments": int, "index_codec": str},
    "searchable_snapshot": {"snapshot_repository": str, "force_merge_index": bool},
    "delete": {"delete_searchable_snapshot": bool},
    "readonly": {},
}  # fmt: skip
_ILM_NEEDED = {
    "set_priority": {"priority"},
    "forcemerge": {"max_num_segments"},
    "searchable_snapshot": {"snapshot_repository"},
}
_ISM_OPTIONS: dict[str, dict[str, Any]] = {
    "rollover": {
        "min_size": SIZE, "min_primary_shard_size": SIZE, "min_doc_count": int, "min_index_age": DURATION,
        "copy_alias": bool,
    },
    "force_merge": {"max_num_segments": int},
    "read_only": {},
    "read_write": {},
    "replica_count": {"number_of_replicas": int},
    "index_priority": {"priority": int},
    "delete": {},
}  # fmt: skip
_ISM_CONDITIONS = {
    "min_index_age": DURATION,
    "min_rollover_age": DURATION,
    "min_doc_count": int,
    "min_size": SIZE,
}
_TEMPLATE = {
    "index_patterns",
    "priority",
    "template",
    "data_stream",
    "composed_of",
    "_meta",
    "version",
}
_SETTINGS = re.compile(
    r"index\.(refresh_interval|codec|number_of_(shards|replicas)|mapping\.total_fields\.limit|mapping\.source\.mode)"
)
_LIFECYCLE_SETTINGS = {
    "elasticsearch": re.compile(r"index\.(lifecycle\.(name|rollover_alias|prefer_ilm)|mapping\.total_fields\.ignore_dynamic_beyond_limit)"),
    "serverless": re.compile(r"index\.mapping\.total_fields\.ignore_dynamic_beyond_limit"),
    "opensearch": re.compile(r"index\.plugins\.index_state_management\.rollover_alias"),
}  # fmt: skip


class Refused(Exception):  # noqa: N818 - named for what the cluster does
    """An answer with an error, as the products write it."""

    def __init__(self, status: int, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.answer = {"error": {"type": kind, "reason": reason}, "status": status}


def _illegal(reason: str) -> Refused:
    return Refused(400, "illegal_argument_exception", reason)


class StrictCluster:
    """
    The fake. Use it as a context manager.

    Attributes:
        product: ``elasticsearch`` (with ILM and data stream lifecycle), ``serverless`` (with the latter alone) or
            ``opensearch`` (with ISM).
        requests: method and path of everything that was asked.
        complaints: what no documentation has.
        templates, policies, streams, aliases, managed, repositories, documents: what it holds.
        foreign: indices that no template of Shipper made.
        pipelines: names of those that are registered.
        settings: index → its flat settings.
        denied: what the login may not ask: patterns of method and path.
    """

    def __init__(self, product: str) -> None:
        self.product = product
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.templates: dict[str, Any] = {}
        self.policies: dict[str, Any] = {}
        self.streams: dict[str, dict[str, Any]] = {}
        self.aliases: dict[str, str] = {}
        self.managed: dict[str, str] = {}  # index → ISM policy
        self.repositories = {"snapshots"}
        self.documents: dict[str, int] = {}
        self.foreign: set[str] = set()
        self.pipelines = set() if product == "opensearch" else {"logs@default-pipeline"}
        self.settings: dict[str, dict[str, str]] = {}
        self.denied: list[str] = []
        self._count = 0
        self._lock = threading.Lock()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # one packet for head and body

            def log_message(self, *_: Any) -> None:
                pass

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                with fake._lock:
                    status, answer = fake._answer(self.command, self.path, body, self.headers)
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        for verb in ("GET", "PUT", "POST", "DELETE"):
            setattr(Handler, f"do_{verb}", Handler.answer)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    # Requests

    def _answer(self, method: str, target: str, body: bytes, headers: Any) -> tuple[int, Any]:
        url = urlsplit(target)
        path = unquote(url.path)
        params = {key: values[-1] for key, values in parse_qs(url.query).items()}
        self.requests.append(f"{method} {path}")
        content = None
        try:
            if body and not path.endswith("/_bulk"):  # which it does not have
                if headers.get("content-encoding") == "gzip":
                    import gzip  # noqa: PLC0415

                    body = gzip.decompress(body)
                self._must(
                    headers.get("content-type") == "application/json",
                    f"content-type {headers.get('content-type')}",
                )
                content = json.loads(body)
            if any(re.fullmatch(pattern, f"{method} {path}") for pattern in self.denied):
                raise Refused(403, "security_exception", f"[{method} {path}] is unauthorized")
            for pattern, name in self._routes():
                if found := re.fullmatch(pattern, f"{method} {path}"):
                    return getattr(self, name)(content, params, *found.groups())
        except Refused as refused:
            self.complaints += [str(refused)] if refused.status == 400 else []
            return refused.status, refused.answer
        return 400, {"error": f"no handler found for uri [{path}] and method [{method}]"}

    def _routes(self) -> list[tuple[str, str]]:
        routes = [
            (r"GET /", "_info"),
            (r"GET /_index_template", "_get_templates"),
            (r"PUT /_index_template/([^/]+)", "_put_template"),
            (r"DELETE /_index_template/([^/]+)", "_delete_template"),
            (r"POST /_index_template/_simulate(?:/([^/]+))?", "_simulate"),
            (r"POST /_index_template/_simulate_index/([^/]+)", "_simulate_index"),
            (r"GET /_ingest/pipeline/([^/]+)", "_get_pipeline"),
            (r"GET /([^_/][^/]*)/_settings/([^/]+)", "_get_settings"),
            (r"GET /_resolve/index/([^/]+)", "_resolve"),
            (r"GET /[^/]+/_alias/([^/]+)", "_get_alias"),
            (r"PUT /<([^/]+)-\{now/d\}-000001>", "_put_index"),
            (r"PUT /_data_stream/([^/]+)", "_put_stream"),
            (r"DELETE /_data_stream/([^/]+)", "_delete_stream"),
            (r"POST /[^_/][^/]*/_refresh", "_refresh"),
            (r"GET /([^_/][^/]*)/_count", "_documents"),
            (r"GET /([^_/][^/]*)/_mapping", "_mapping"),
        ]
        if self.product == "opensearch":
            return [
                *routes,
                (r"GET /_plugins/_ism/policies", "_ism_list"),
                (r"GET /_plugins/_ism/policies/([^/]+)", "_ism_get"),
                (r"PUT /_plugins/_ism/policies/([^/]+)", "_ism_put"),
                (r"DELETE /_plugins/_ism/policies/([^/]+)", "_ism_delete"),
                (r"GET /_plugins/_ism/explain/([^/]+)", "_ism_explain"),
                (r"POST /_plugins/_ism/(add|change_policy)/([^/]+)", "_ism_assign"),
            ]
        routes += [
            (r"GET /_component_template", "_components"),
            (r"GET /_snapshot/([^/]+)", "_snapshot"),
            (r"GET /_data_stream/([^/]+)", "_get_stream"),
            (r"GET /_data_stream/([^/]+)/_lifecycle", "_get_lifecycle"),
            (r"PUT /_data_stream/([^/]+)/_lifecycle", "_put_lifecycle"),
        ]
        if self.product == "elasticsearch":
            routes += [
                (r"GET /_ilm/policy(?:/([^/]+))?", "_ilm_get"),
                (r"PUT /_ilm/policy/([^/]+)", "_ilm_put"),
                (r"DELETE /_ilm/policy/([^/]+)", "_ilm_delete"),
            ]
        else:
            routes += [(r"\w+ /_ilm/.*", "_gone")]
        return routes

    # Checks

    def _must(self, true: bool, complaint: str) -> None:
        if not true:
            raise _illegal(complaint)

    def _keys(self, body: Any, known: Any, place: str, needed: Any = ()) -> None:
        self._must(isinstance(body, dict), f"{place}: expected an object")
        for key in body:
            self._must(key in known, f"{place}: unknown field [{key}]")
        for key in needed:
            self._must(key in body, f"{place}: [{key}] is required")

    def _values(self, body: Any, known: dict[str, Any], place: str, needed: Any = ()) -> None:
        self._keys(body, known, place, needed)
        for key, value in body.items():
            kind = known[key]
            if isinstance(kind, re.Pattern):
                fits = isinstance(value, str) and kind.fullmatch(value) is not None
            else:
                fits = isinstance(value, kind) and (kind is bool or not isinstance(value, bool))
                fits = fits and not (kind is int and value < 0)
            self._must(fits, f"{place}.{key}: {value!r}")

    def _no(self, params: dict[str, str], *known: str) -> None:
        for key in params:
            self._must(key in known, f"unrecognized parameter: [{key}]")

    # What every cluster has

    def _info(self, _body: Any, params: dict[str, str]) -> tuple[int, Any]:
        self._no(params)
        version = {"number": "9.1.0", "build_flavor": "default"}
        if self.product == "serverless":
            version = {"number": "8.11.0", "build_flavor": "serverless"}
        if self.product == "opensearch":
            version = {"number": "3.4.0", "distribution": "opensearch"}
        return 200, {"version": version, "tagline": "a fake"}

    def _get_templates(self, _body: Any, params: dict[str, str]) -> tuple[int, Any]:
        self._no(params)
        entries = [{"name": k, "index_template": v} for k, v in self.templates.items()]
        return 200, {"index_templates": entries}

    def _template(self, body: Any) -> dict[str, Any]:
        opensearch = self.product == "opensearch"
        known = _TEMPLATE | (set() if opensearch else {"ignore_missing_component_templates"})
        self._keys(body, known, "index_template", ("index_patterns",))
        inner = body.get("template", {})
        parts = {"settings", "mappings", "aliases"} | (set() if opensearch else {"lifecycle"})
        self._keys(inner, parts, "template")
        for key in inner.get("settings", {}):
            own = _LIFECYCLE_SETTINGS[self.product].fullmatch(key)
            self._must(bool(own or _SETTINGS.fullmatch(key)), f"unknown setting [{key}]")
        if "lifecycle" in inner:
            self._must("data_stream" in body, "lifecycle: only for data stream templates")
            self._lifecycle_body(inner["lifecycle"])
        optional = body.get("ignore_missing_component_templates", [])
        for part in body.get("composed_of", []):
            self._must(
                part in _BUILT_IN or part in optional, f"missing component template [{part}]"
            )
        stored = json.loads(json.dumps(body))
        settings = {k: str(v).lower() for k, v in inner.get("settings", {}).items()}
        if stored.get("template"):
            stored["template"]["settings"] = _nested(settings)
        stored.setdefault("composed_of", [])
        if "data_stream" in stored:
            stored["data_stream"] = {"hidden": False, "allow_custom_routing": False}
        return stored

    def _put_template(self, body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params, "create", "master_timeout", "cause")
        self.templates[name] = self._template(body)
        return 200, {"acknowledged": True}

    def _delete_template(self, _body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params)
        if self.templates.pop(name, None) is None:
            raise Refused(404, "index_template_missing_exception", name)
        return 200, {"acknowledged": True}

    def _simulate(self, body: Any, params: dict[str, str], name: str | None) -> tuple[int, Any]:
        self._no(params)
        if body is None:  # the template as it is stored, which has to be there
            self._must(name in self.templates, f"unable to simulate template [{name}]")
            stored = self.templates[name or ""]
            stored.setdefault("composed_of", [])
        else:
            stored = self._template(body)
        return self._composed(stored)

    def _simulate_index(self, body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params, "include_defaults", "master_timeout", "cause")
        self._must(body is None, "simulate index: takes no body here")
        fits = [
            one
            for one in self.templates.values()
            if any(fnmatchcase(name, pattern) for pattern in one["index_patterns"])
        ]
        if not fits:
            return 200, {"template": {"settings": {}, "mappings": {}, "aliases": {}}}
        return self._composed(max(fits, key=lambda one: one.get("priority", 0)))

    def _composed(self, stored: dict[str, Any]) -> tuple[int, Any]:
        inner = dict(stored.get("template") or {})
        inner["settings"] = json.loads(json.dumps(inner.get("settings") or {}))
        if "logs@settings" in stored.get("composed_of", ()):
            index = inner.setdefault("settings", {}).setdefault("index", {})
            index.setdefault("default_pipeline", "logs@default-pipeline")
        return 200, {"template": inner, "overlapping": []}

    def _get_pipeline(self, _body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params, "summary", "master_timeout")
        return (200, {name: {"processors": []}}) if name in self.pipelines else (404, {})

    def _get_settings(
        self, _body: Any, params: dict[str, str], index: str, names: str
    ) -> tuple[int, Any]:
        self._no(params, "flat_settings", "include_defaults", "master_timeout")
        self._must(params.get("flat_settings") == "true", "settings: read flat here")
        found = {
            key: value
            for key, value in self.settings.get(index, {}).items()
            if key in names.split(",")
        }
        return 200, {index: {"settings": found}}

    def _components(self, _body: Any, params: dict[str, str]) -> tuple[int, Any]:
        self._no(params, "filter_path")
        return 200, {"component_templates": [{"name": name} for name in _BUILT_IN]}

    def _resolve(self, _body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params)
        answer: dict[str, list[Any]] = {"indices": [], "aliases": [], "data_streams": []}
        if name in self.streams:
            indices = [f".ds-{name}-2026.01.01-000001"]
            answer["data_streams"] = [{"name": name, "backing_indices": indices}]
        if name in self.aliases:
            answer["aliases"] = [{"name": name, "indices": [self.aliases[name]]}]
        return 200, answer

    def _get_alias(self, _body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params)
        if name not in self.aliases:
            return 404, {"error": f"alias [{name}] missing", "status": 404}
        return 200, {self.aliases[name]: {"aliases": {name: {"is_write_index": True}}}}

    def _put_index(self, body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params)
        self._must(body == {"aliases": {name: {"is_write_index": True}}}, f"create index: {body}")
        self.aliases[name] = f"{name}-2026.01.01-000001"
        self._attach(self.aliases[name], self.aliases[name])
        return 200, {"acknowledged": True}

    def _put_stream(self, body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params)
        self._must(body is None, "create data stream: takes no body")
        self.streams[name] = {}
        self._attach(f".ds-{name}-2026.01.01-000001", name)
        return 200, {"acknowledged": True}

    def _delete_stream(self, _body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params)
        if self.streams.pop(name, None) is None:
            raise Refused(404, "index_not_found_exception", f"no such index [{name}]")
        return 200, {"acknowledged": True}

    def _refresh(self, _body: Any, params: dict[str, str]) -> tuple[int, Any]:
        self._no(params)
        return 200, {"_shards": {"total": 1, "successful": 1, "failed": 0}}

    def _documents(self, _body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params)
        return 200, {"count": self.documents.get(name, 0), "_shards": {"failed": 0}}

    def _mapping(self, _body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params, "filter_path")
        index = self.aliases.get(name, f".ds-{name}-2026.01.01-000001")
        if index in self.foreign:
            return 200, {}
        return 200, {index: {"mappings": {"_meta": {"managed_by": "shipper"}}}}

    def _get_stream(self, _body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params)
        if name not in self.streams:
            raise Refused(404, "index_not_found_exception", f"no such index [{name}]")
        store: dict[str, Any] = {"enabled": True, "indices": []}
        if f"{name}::failures" in self.documents:
            store["indices"] = [{"index_name": f".fs-{name}-2026.01.01-000002", "index_uuid": "u"}]
        return 200, {"data_streams": [{"name": name, "failure_store": store}]}

    def _snapshot(self, _body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params)
        if name not in self.repositories:
            raise Refused(404, "repository_missing_exception", f"[{name}] missing")
        return 200, {name: {"type": "s3"}}

    # ILM

    def _gone(self, _body: Any, _params: dict[str, str]) -> tuple[int, Any]:
        raise Refused(410, "api_not_available_exception", "not available in serverless mode")

    def _ilm_get(self, _body: Any, params: dict[str, str], name: str | None) -> tuple[int, Any]:
        self._no(params)
        if name is None:
            return 200, self.policies
        if name not in self.policies:
            raise Refused(
                404, "resource_not_found_exception", f"Lifecycle policy not found: {name}"
            )
        return 200, {name: self.policies[name]}

    def _ilm_put(self, body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params, "master_timeout", "timeout")
        self._must(not re.search(r"[,\s]|^_", name), f"invalid policy name [{name}]")
        self._keys(body, {"policy"}, "put_lifecycle_request", ("policy",))
        policy = body["policy"]
        self._keys(policy, {"phases", "_meta", "deprecated"}, "policy", ("phases",))
        self._keys(policy["phases"], _ILM, "phases")
        before = -1
        for phase in ("hot", "warm", "cold", "frozen", "delete"):
            if phase not in policy["phases"]:
                continue
            content = policy["phases"][phase]
            self._values(content, {"min_age": DURATION, "actions": dict}, phase, ("actions",))
            age = _millis(content.setdefault("min_age", "0ms"))
            self._must(age >= before, f"phase [{phase}] begins before the one before it")
            before = age
            self._ilm_actions(phase, content["actions"])
        version = self.policies.get(name, {}).get("version", 0) + 1
        used = {"indices": [], "data_streams": [], "composable_templates": []}
        date = "2026-01-01T00:00:00.000Z"
        stored = {"version": version, "modified_date": date, "policy": policy, "in_use_by": used}
        self.policies[name] = stored
        return 200, {"acknowledged": True}

    def _ilm_actions(self, phase: str, actions: Any) -> None:
        self._keys(actions, _ILM[phase], f"invalid action in phase [{phase}]")
        for action, options in actions.items():
            place = f"{phase}.{action}"
            self._must(action in _ILM_OPTIONS, f"{place}: the fake does not know it")
            self._values(options, _ILM_OPTIONS[action], place, _ILM_NEEDED.get(action, ()))
        if "rollover" in actions:
            maximal = [key for key in actions["rollover"] if key.startswith("max_")]
            self._must(bool(maximal), "rollover: at least one max_* condition must be set")
        if phase == "hot" and {"shrink", "forcemerge", "searchable_snapshot"} & actions.keys():
            self._must("rollover" in actions, "hot: the action needs rollover in the same phase")
        if phase == "frozen":
            self._must("searchable_snapshot" in actions, "frozen: needs searchable_snapshot")
            actions["searchable_snapshot"].setdefault("force_merge_index", True)
        if phase == "delete":
            self._must(bool(actions), "delete: needs an action")
            actions.get("delete", {}).setdefault("delete_searchable_snapshot", True)

    def _ilm_delete(self, _body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params, "master_timeout", "timeout")
        if name not in self.policies:
            raise Refused(
                404, "resource_not_found_exception", f"Lifecycle policy not found: {name}"
            )
        if self.policies[name]["in_use_by"]["indices"]:
            raise _illegal(f"Cannot delete policy [{name}]. It is in use by one or more indices")
        del self.policies[name]
        return 200, {"acknowledged": True}

    # Data stream lifecycle

    def _lifecycle_body(self, body: Any) -> None:
        self._values(
            body, {"enabled": bool, "data_retention": DURATION, "downsampling": list}, "lifecycle"
        )

    def _get_lifecycle(self, _body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params, "expand_wildcards", "include_defaults")
        if name not in self.streams:
            raise Refused(404, "index_not_found_exception", f"no such index [{name}]")
        found = dict(self.streams[name])
        if "data_retention" in found:
            found["effective_retention"] = found["data_retention"]
            found["retention_determined_by"] = "data_stream_configuration"
        return 200, {"data_streams": [{"name": name, "lifecycle": found}], "global_retention": {}}

    def _put_lifecycle(self, body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params, "expand_wildcards", "master_timeout", "timeout")
        if name not in self.streams:
            raise Refused(404, "index_not_found_exception", f"no such index [{name}]")
        self._lifecycle_body(body)
        self.streams[name] = {"enabled": True, **body}
        return 200, {"acknowledged": True}

    # ISM

    def _ism_list(self, _body: Any, params: dict[str, str]) -> tuple[int, Any]:
        self._no(params, "size", "from", "sortField", "sortOrder", "queryString")
        found = [{"_id": name, **one} for name, one in self.policies.items()]
        size = int(params.get("size", 20))
        return 200, {"policies": found[:size], "total_policies": len(found)}

    def _ism_get(self, _body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params)
        if name not in self.policies:
            raise _missing()
        return 200, {"_id": name, "_version": 1, **self.policies[name]}

    def _ism_put(self, body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params, "if_seq_no", "if_primary_term")
        self._keys(body, {"policy"}, "request", ("policy",))
        policy = body["policy"]
        known = {"description", "default_state", "states", "ism_template", "error_notification"}
        self._keys(policy, known, "policy", ("description", "default_state", "states"))
        names = [state["name"] for state in policy["states"]]
        self._must(policy["default_state"] in names, "default_state is none of the states")
        self._must(len(set(names)) == len(names), "states have the same name")
        for state in policy["states"]:
            self._ism_state(state, names)
        for template in policy.get("ism_template", []):
            self._values(
                template,
                {"index_patterns": list, "priority": int},
                "ism_template",
                ("index_patterns",),
            )
            self._ism_rivals(name, template)
        present = self.policies.get(name)
        guard = (params.get("if_seq_no"), params.get("if_primary_term"))
        wanted = (str(present["_seq_no"]), "1") if present else (None, None)
        if guard != wanted:
            raise Refused(
                409, "version_conflict_engine_exception", f"{name}: {guard}, not {wanted}"
            )
        self._count += 1
        added = {"policy_id": name, "last_updated_time": 1767225600000, "schema_version": 21}
        policy = {**added, "error_notification": None, **policy}
        for template in policy.get("ism_template", []):
            template["last_updated_time"] = 1767225600000
        self.policies[name] = {"_seq_no": self._count, "_primary_term": 1, "policy": policy}
        return (200 if present else 201), {"_id": name, "_seq_no": self._count}

    def _attach(self, index: str, name: str) -> None:
        """A new index gets the policy whose template fits it."""
        for policy, one in self.policies.items():
            for template in one["policy"].get("ism_template", []):
                if any(
                    name.startswith(pattern.rstrip("*")) for pattern in template["index_patterns"]
                ):
                    self.managed[index] = policy

    def _ism_state(self, state: Any, names: list[str]) -> None:
        self._keys(
            state, {"name", "actions", "transitions"}, "state", ("name", "actions", "transitions")
        )
        for action in state["actions"]:
            (kind,) = action.keys() - {"retry", "timeout"}
            self._must(kind in _ISM_OPTIONS, f"unknown action [{kind}]")
            self._values(action[kind], _ISM_OPTIONS[kind], kind)
            if kind == "rollover":
                self._must(bool(action[kind]), "rollover: without conditions it rolls at once")
            action["retry"] = {"count": 3, "backoff": "exponential", "delay": "1m"}
        for transition in state["transitions"]:
            self._keys(transition, {"state_name", "conditions"}, "transition", ("state_name",))
            self._must(transition["state_name"] in names, "transition to a state that is not there")
            conditions = transition.get("conditions", {})
            self._values(conditions, _ISM_CONDITIONS, "conditions")
            self._must(len(conditions) == 1, "conditions: one of them")

    def _ism_rivals(self, name: str, template: Any) -> None:
        for other, one in self.policies.items():
            for rival in one["policy"].get("ism_template", []) if other != name else ():
                same = set(rival["index_patterns"]) & set(template["index_patterns"])
                if same and rival["priority"] == template["priority"]:
                    raise _illegal(f"matching existing policy templates, {other}")

    def _ism_delete(self, _body: Any, params: dict[str, str], name: str) -> tuple[int, Any]:
        self._no(params)
        if self.policies.pop(name, None) is None:
            raise _missing()
        return 200, {"result": "deleted"}

    def _ism_explain(self, _body: Any, params: dict[str, str], names: str) -> tuple[int, Any]:
        self._no(params)
        answer: dict[str, Any] = {"total_managed_indices": len(self.managed)}
        for name in names.split(","):
            policy = self.managed.get(name)
            answer[name] = {
                "index.plugins.index_state_management.policy_id": policy,
                "enabled": None,
            }
        return 200, answer

    def _ism_assign(
        self, body: Any, params: dict[str, str], verb: str, names: str
    ) -> tuple[int, Any]:
        self._no(params)
        known = {"policy_id"} if verb == "add" else {"policy_id", "state", "include"}
        self._keys(body, known, verb, ("policy_id",))
        self._must(body["policy_id"] in self.policies, "Could not find policy")
        for name in names.split(","):
            has = name in self.managed
            self._must(has == (verb == "change_policy"), f"{verb}: {name}")
            self.managed[name] = body["policy_id"]
        return 200, {"updated_indices": 1, "failures": False, "failed_indices": []}


def _missing() -> Refused:
    return Refused(404, "status_exception", "Policy not found")


def _millis(text: str) -> int:
    found = re.fullmatch(r"(\d+)(\D*)", text)
    assert found
    return int(found[1]) * _UNITS[found[2]]


def _nested(settings: dict[str, str]) -> dict[str, Any]:
    """Settings as a cluster gives them back: objects in objects."""
    root: dict[str, Any] = {}
    for key, value in settings.items():
        *above, leaf = key.split(".")
        place = root
        for part in above:
            place = place.setdefault(part, {})
        place[leaf] = value
    return root
