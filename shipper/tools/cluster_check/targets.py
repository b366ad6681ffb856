"""What each input writes to: the target itself, the template that will apply, the lifecycle, pipelines, the plan of setup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shipper.agent import pipelines
from shipper.cluster import ingest, templates
from shipper.cluster.client import RefusedError
from shipper.delivery.target import Targets
from shipper.errors import ConfigError, ShipperError
from shipper.records import Route, SendFailed
from shipper.tools.cluster_check import lifecycles
from shipper.tools.cluster_check.finding import Findings, short
from shipper.tools.setup.pipelines import called_by
from shipper.tools.simulate import ClusterError, get, reason_of
from shipper.wording import counted

if TYPE_CHECKING:
    from shipper.cluster.client import Client
    from shipper.config.settings import Input, Settings

SETUP = "setup"


def part_of(one: Input) -> str:
    """What findings about an input stand under."""
    return f"input {one.id}"


def plan(client: Client, settings: Settings, findings: Findings) -> None:
    """What ``shipper setup`` would change."""
    from shipper.tools.setup import make_plan  # noqa: PLC0415 - costs some

    try:
        made = make_plan(client, settings)
    except (ShipperError, SendFailed) as error:
        findings.unknown(SETUP, f"its plan: {short(error)}")
        return
    for line in made.problems:
        what, _, todo = line.partition("; ")
        findings.error(SETUP, what, todo)
    for step in made.steps:
        findings.warning(
            SETUP, f"would make or change {step.what}: {step.why}", "run `shipper setup`"
        )
    for line in made.present:
        findings.ok(SETUP, line)
    for line in getattr(made, "notes", ()):
        findings.ok(SETUP, line)
    if not made.steps and not made.problems:
        findings.ok(SETUP, "nothing to do: everything is in place")


def target(client: Client, settings: Settings, one: Input, findings: Findings) -> None:
    """Whether events may be written, and what they are written to."""
    part, stream = part_of(one), one.data_stream
    flavour = client.info()
    try:
        why = Targets(client).ready(Route(stream.index, mode=stream.mode), flavour)
    except (RefusedError, SendFailed) as error:
        findings.error(part, f"{stream.index}: {short(error)}")
        return
    if why is not None:
        what, _, todo = why.partition("; ")
        findings.error(part, what, todo)
    elif stream.dynamic:
        findings.ok(part, f"writes to {stream.index}, by the fields of each event")
    else:
        _exists(client, one, findings)
    if not stream.dynamic:
        _template(client, settings, one, findings)


def sample_name(one: Input) -> str:
    """A name that events of the input may be written to now."""
    from datetime import UTC, datetime  # noqa: PLC0415 - for one mode

    stream = one.data_stream
    return f"{stream.name}-{datetime.now(UTC):%Y.%m.%d}" if stream.mode == "daily" else stream.name


def _exists(client: Client, one: Input, findings: Findings) -> None:
    """What is there under the name, and whether it is of the kind that the mode wants."""
    part, stream = part_of(one), one.data_stream
    name = sample_name(one)
    status, found = client.json("GET", f"/_resolve/index/{quote(name, safe='')}")
    if status in {401, 403}:
        findings.unknown(part, f"{name}: whether it is there, this login may not ask")
        return
    found = found if status == 200 and isinstance(found, dict) else {}
    kinds = [
        words
        for key, words in (
            ("data_streams", "a data stream"),
            ("aliases", "an alias"),
            ("indices", "an ordinary index"),
        )
        if any(entry.get("name") == name for entry in found.get(key) or [])
    ]
    wanted = {"data_stream": "a data stream", "rollover_alias": "an alias"}.get(
        stream.mode, "an ordinary index"
    )
    if not kinds:
        findings.ok(part, f"{name} is not there yet: the first event makes it")
    elif kinds[0] != wanted:
        findings.error(
            part,
            f"{name} is {kinds[0]} and target.mode {stream.mode} wants {wanted}",
            "delete or rename it, or choose another data_stream.dataset or output.elasticsearch.target.mode",
        )
    else:
        findings.ok(part, f"{name} is {kinds[0]}, as target.mode {stream.mode} wants it")


def _template(client: Client, settings: Settings, one: Input, findings: Findings) -> None:
    """The template that will really apply to the next index, and who ends its life."""
    part, name = part_of(one), sample_name(one)
    template, why = simulated(client, name)
    if template is None:
        findings.unknown(part, f"the template that will apply to {name}: {why}")
        return
    if not template.get("mappings"):
        findings.warning(
            part,
            f"no index template applies to the next index of {name}: its mappings would be guessed",
            "run `shipper setup`",
        )
    index = templates.flat_settings(template.get("settings") or {})
    fields = _count((template.get("mappings") or {}).get("properties") or {})
    default = index.get("index.default_pipeline")
    words = [f"the next index of {name} has {counted(fields, 'mapped field')}"]
    if default and default != "_none":
        words.append(f"default pipeline {default}")
    if final := index.get("index.final_pipeline"):
        words.append(f"final pipeline {final}")
    if fields:
        findings.ok(part, ", ".join(words))
    if default and default != "_none" and one.pipeline is not None and one.pipeline.run == "edge":
        findings.warning(
            part,
            f"events are parsed in the agent, and the default pipeline {default} of {name} runs as well",
            "an event must not be parsed twice: look at that pipeline, or take another dataset",
        )
    _called(client, one, called_by(index), findings)
    lifecycles.look(client, settings, one.data_stream, template, index, part, findings)


def _called(client: Client, one: Input, names: list[str], findings: Findings) -> None:
    """Whether the pipelines that the template sends events through are there."""
    part = part_of(one)
    for name in names:
        what = f"the next index of {sample_name(one)} sends events through the pipeline {name}"
        try:
            there = get(client, name)
        except (ClusterError, SendFailed) as error:
            findings.unknown(part, f"{what}, which could not be looked for: {short(error)}")
            continue
        if there is None:
            findings.error(
                part,
                f"{what}, and the cluster has none of that name, so it takes no event",
                "make the pipeline, or take it from the index template that names it (`shipper setup --dry-run` tells which)",
            )


def simulated(client: Client, name: str) -> tuple[dict[str, Any] | None, str]:
    """The template that would apply to a new index of a name, or None and why it cannot be told."""
    try:
        status, answer = client.json(
            "POST", f"/_index_template/_simulate_index/{quote(name, safe='')}"
        )
        if status == 500:  # OpenSearch, where a data stream has the name already
            status, answer = _of_winner(client, name, (status, answer))
    except SendFailed as error:
        return None, short(error)
    if status == 200 and isinstance(answer, dict):
        return answer.get("template") or {}, ""
    if status in {401, 403}:
        return None, "this login may not ask"
    return None, f"the cluster answered {status}: {reason_of(answer)}"


def _of_winner(client: Client, name: str, otherwise: tuple[int, Any]) -> tuple[int, Any]:
    """What the template says that wins for a name, by its own simulation; ``otherwise`` where there is none."""
    status, answer = client.json("GET", "/_index_template")
    if status != 200 or not isinstance(answer, dict):
        return otherwise
    found = [templates.Template.from_api(entry) for entry in answer.get("index_templates", [])]
    winner = templates.winner(found, name)
    if winner is None:
        return 200, {"template": {}}
    return client.json("POST", f"/_index_template/_simulate/{quote(winner.name, safe='')}")


def pipeline(client: Client, settings: Settings, one: Input, findings: Findings) -> None:
    """Whether the pipeline is where it runs, and is the file's."""
    part = part_of(one)
    if one.pipeline is None:
        return
    try:
        if pipelines.choose(settings, one).where == "edge":
            findings.ok(part, f"pipeline {one.pipeline.file} runs in the agent")
            return
        name = ingest.pipeline_of(one)
        assert name is not None
        there = get(client, name)
        if there is None:
            todo = (
                "run `shipper setup`"
                if one.pipeline.path
                else "make it, or name a file: pipeline: {file: NAME}"
            )
            findings.error(part, f"pipeline {name} is not in the cluster", todo)
        elif one.pipeline.path is None:
            findings.ok(part, f"pipeline {name} is in the cluster; it is not Shipper's")
        else:
            _equal(one, name, there, findings)
    except ConfigError as error:
        for line in error.problems:
            findings.error(part, line)
    except (ClusterError, SendFailed) as error:
        findings.unknown(part, f"pipeline: {short(error)}")


def _equal(one: Input, name: str, there: dict[str, Any], findings: Findings) -> None:
    """A registered pipeline beside its file; at its end stands the default pipeline, which setup adds."""
    assert one.pipeline is not None
    assert one.pipeline.path is not None
    made = ingest.of_input(one)
    wrapped = made.wrapped(one.data_stream.name, default=None, meta=False)
    for key in ("processors", "on_failure"):
        steps, mine = there.get(key) or [], wrapped.get(key) or []
        if steps[: len(mine)] != mine or any(
            list(step) != ["pipeline"] for step in steps[len(mine) :]
        ):
            findings.error(
                part_of(one),
                f"pipeline {name} was changed in the cluster: it is not what {one.pipeline.path.name} says",
                "`shipper pipeline diff` shows how; `shipper setup` writes it again",
            )
            return
    findings.ok(
        part_of(one), f"pipeline {name} is in the cluster, equal to {one.pipeline.path.name}"
    )


def _count(properties: dict[str, Any]) -> int:
    return sum(
        _count(one["properties"]) if isinstance(one, dict) and "properties" in one else 1
        for one in properties.values()
    )
