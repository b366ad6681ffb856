"""Nagios: a line is its kind, a colon, and columns with semicolons between them; the tables say which."""

from __future__ import annotations

from shipper.pipeline.grok.banks.notation import side, spell_all

_COLUMNS = {
    "kind": ("nagios_type", "nagios.log.type"),
    "command": ("nagios_command", "nagios.log.command"),
    "epoch": ("NUMBER nagios_epoch", "NUMBER timestamp"),
    "host": ("DATA nagios_hostname", "DATA host.hostname"),
    "last_host": ("GREEDYDATA nagios_hostname", "GREEDYDATA host.hostname"),
    "service": ("DATA nagios_service", "DATA service.name"),
    "last_service": ("GREEDYDATA nagios_service", "GREEDYDATA service.name"),
    "state": ("DATA nagios_state", "DATA service.state"),
    "state_type": ("DATA nagios_statetype", "DATA nagios.log.state_type"),
    "level": ("DATA nagios_statelevel", "DATA nagios.log.state_type"),
    "code": ("DATA nagios_statecode", "INT nagios.log.attempt int"),
    "attempt": ("NUMBER nagios_attempt", "INT nagios.log.attempt int"),
    "to": ("DATA nagios_notifyname", "DATA user.name"),
    "contact": ("DATA nagios_contact", "DATA nagios.log.notification_command"),
    "handler": ("DATA nagios_event_handler_name", "DATA nagios.log.event_handler_name"),
    "message": ("GREEDYDATA nagios_message", "GREEDYDATA message"),
    "comment": ("GREEDYDATA nagios_comment", "GREEDYDATA nagios.log.comment"),
    "result": ("GREEDYDATA nagios_check_result", "GREEDYDATA nagios.log.check_result"),
    "period_from": ("NUMBER nagios_unknown1", "NUMBER nagios.log.period_from int"),
    "period_to": ("NUMBER nagios_unknown2", "NUMBER nagios.log.period_to int"),
    "start": ("NUMBER nagios_start_time", "NUMBER nagios.log.start_time"),
    "end": ("NUMBER nagios_end_time", "NUMBER nagios.log.end_time"),
    "fixed": ("NUMBER nagios_fixed", "NUMBER nagios.log.fixed"),
    "trigger": ("NUMBER nagios_trigger_id", "NUMBER nagios.log.trigger_id"),
    "duration": ("NUMBER nagios_duration", "NUMBER nagios.log.duration int"),
    "author": ("DATA author", "DATA user.name"),
    "remark": ("DATA comment", "DATA nagios.log.comment"),
}

# In the order in which the pattern for a whole line tries them.
_LINES = {
    "CURRENT_SERVICE_STATE": "host service state state_type code message",
    "CURRENT_HOST_STATE": "host state state_type code message",
    "SERVICE_NOTIFICATION": "to host service state contact message",
    "HOST_NOTIFICATION": "to host state contact message",
    "SERVICE_ALERT": "host service state level attempt message",
    "HOST_ALERT": "host state level attempt message",
    "SERVICE_FLAPPING_ALERT": "host service state message",
    "HOST_FLAPPING_ALERT": "host state message",
    "SERVICE_DOWNTIME_ALERT": "host service state comment",
    "HOST_DOWNTIME_ALERT": "host state comment",
    "PASSIVE_SERVICE_CHECK": "host service state comment",
    "PASSIVE_HOST_CHECK": "host state comment",
    "SERVICE_EVENT_HANDLER": "host service state level handler",
    "HOST_EVENT_HANDLER": "host state level handler",
    "TIMEPERIOD_TRANSITION": "service period_from period_to",
}
_COMMANDS = {
    "DISABLE_SVC_CHECK": "host service",
    "ENABLE_SVC_CHECK": "host service",
    "DISABLE_HOST_CHECK": "host",
    "ENABLE_HOST_CHECK": "host",
    "PROCESS_HOST_CHECK_RESULT": "host state result",
    "PROCESS_SERVICE_CHECK_RESULT": "host service state result",
    "SCHEDULE_HOST_DOWNTIME": "host start end fixed trigger duration author remark",
    "DISABLE_HOST_SVC_NOTIFICATIONS": "last_host",
    "ENABLE_HOST_SVC_NOTIFICATIONS": "last_host",
    "DISABLE_HOST_NOTIFICATIONS": "last_host",
    "ENABLE_HOST_NOTIFICATIONS": "last_host",
    "DISABLE_SVC_NOTIFICATIONS": "host last_service",
    "ENABLE_SVC_NOTIFICATIONS": "host last_service",
}


def _columns(keys: str) -> str:
    return ";".join(f"<{key}>" for key in keys.split())


def names(*, ecs: bool, opensearch: bool) -> dict[str, str]:
    """The names of this family and their texts."""
    keys = side(_COLUMNS, ecs=ecs)
    if opensearch:
        keys |= {"period_from": "DATA nagios_unknown1", "period_to": "DATA nagios_unknown2"}
    kind, command = keys["kind"], keys["command"]
    texts = {
        "NAGIOSTIME": r"\[<epoch>\]",
        "NAGIOS_WARNING": "Warning:<SPACE><message>",
        "NAGIOS_TYPE_EXTERNAL_COMMAND": "EXTERNAL COMMAND",
        "NAGIOS_EC_SCHEDULE_SERVICE_DOWNTIME": "SCHEDULE_SERVICE_DOWNTIME",
    }
    lines = ["NAGIOS_WARNING"]
    for name, columns in _LINES.items():
        texts[f"NAGIOS_TYPE_{name}"] = name.replace("_", " ")
        texts[f"NAGIOS_{name}"] = f"<NAGIOS_TYPE_{name} {kind}>: {_columns(columns)}"
        lines.append(f"NAGIOS_{name}")
    for name, columns in _COMMANDS.items():
        texts[f"NAGIOS_EC_{name}"] = name
        texts[f"NAGIOS_EC_LINE_{name}"] = (
            f"<NAGIOS_TYPE_EXTERNAL_COMMAND {kind}>: <NAGIOS_EC_{name} {command}>;{_columns(columns)}"
        )
        lines.append(f"NAGIOS_EC_LINE_{name}")
    texts["NAGIOSLOGLINE"] = f"<NAGIOSTIME> (?:{'|'.join(f'<{line}>' for line in lines)})"
    return spell_all(texts, keys)
