"""Bacula: one name for each message, and one that tries them all."""

from __future__ import annotations

from shipper.pipeline.grok.banks.notation import side, spell_all

_KEYS = {
    "volume": ("BACULA_VOLUME volume", "BACULA_VOLUME bacula.volume.name"),
    "device": ("BACULA_DEVICE device", "BACULA_DEVICE bacula.volume.device"),
    "path": ("BACULA_DEVICEPATH", "BACULA_DEVICEPATH bacula.volume.path"),
    "client": ("BACULA_HOST client", "BACULA_HOST bacula.client.name"),
    "job": ("BACULA_JOB job", "BACULA_JOB bacula.job.name"),
    "error": ("GREEDYDATA berror", "GREEDYDATA error.message"),
    "elapsed": ("DATA elapsed", "DATA bacula.job.elapsed_time"),
    "command": ("GREEDYDATA runjob", "GREEDYDATA bacula.job.client_run_before_command"),
    "limit": ("BACULA_CAPACITY", "BACULA_CAPACITY bacula.volume.max_capacity"),
    "bytes": ("BACULA_CAPACITY", "BACULA_CAPACITY bacula.volume.bytes"),
    "blocks": ("BACULA_CAPACITY", "BACULA_CAPACITY bacula.volume.blocks"),
    "size": ("INT", "INT bacula.volume.size long"),
    "cancelled": ("INT", "INT bacula.job.other_id"),
    "duplicate": ("INT duplicate", "INT bacula.job.other_id"),
    "marked": ("INT", "INT bacula.job.id"),
    "when": ("BACULA_TIMESTAMP bts", "BACULA_TIMESTAMP timestamp"),
    "host": ("BACULA_HOST hostname", "BACULA_HOST host.hostname"),
    "jobid": ("INT jobid", "INT bacula.job.id"),
}
_LONG_TIME = "<MONTHDAY>-<MONTH>-<YEAR> <HOUR>:<MINUTE>"
_ECS_TIME = "<BACULA_TIMESTAMP bacula.timestamp>"

_PARTS = {
    "BACULA_VOLUME": "<USER>",
    "BACULA_DEVICE": "<USER>",
    "BACULA_VERSION": "<USER>",
    "BACULA_JOB": "<USER>",
    "BACULA_DEVICEPATH": "<UNIXPATH>",
    "BACULA_CAPACITY": "<INT>{1,3}(?:,<INT>{3})*",
}

# Message by name, without BACULA_LOG_; in the order in which a line is tried. A dot stands for any character, as there.
_MESSAGES = {
    "MAX_CAPACITY": r'User defined maximum volume capacity <limit> exceeded on device "<device>" \(<path>\)',
    "END_VOLUME": f'End of medium on Volume "<volume>" Bytes=<bytes> Blocks=<blocks> at {_LONG_TIME}.',
    "NEW_VOLUME": 'Created new Volume "<volume>" in catalog.',
    "NEW_LABEL": r'Labeled new Volume "<volume>" on device "<device>" \(<path>\).',
    "WROTE_LABEL": r'Wrote label to prelabeled Volume "<volume>" on device "<BACULA_DEVICE>" \(<path>\)',
    "NEW_MOUNT": rf'New volume "<volume>" mounted on device "<device>" \(<path>\) at {_LONG_TIME}.',
    "NOOPEN": r"\s*Cannot open <DATA>: ERR=<error>",
    "NOOPENDIR": r"\s*Could not open directory <DATA>: ERR=<error>",
    "NOSTAT": r"\s*Could not stat <DATA>: ERR=<error>",
    "NOJOBS": 'There are no more Jobs associated with Volume "<volume>". Marking it purged.',
    "ALL_RECORDS_PRUNED": 'All records pruned from Volume "<volume>"; marking it "Purged"',
    "BEGIN_PRUNE_JOBS": "Begin pruning Jobs older than <INT> month <INT> days .",
    "BEGIN_PRUNE_FILES": "Begin pruning Files.",
    "PRUNED_JOBS": "Pruned <INT> Jobs* for client <client> from catalog.",
    "PRUNED_FILES": "Pruned Files from <INT> Jobs* for client <client> from catalog.",
    "ENDPRUNE": "End auto prune.",
    "STARTJOB": "Start Backup JobId <INT>, Job=<job>",
    "STARTRESTORE": "Start Restore Job <job>",
    "USEDEVICE": 'Using Device "<device>"',
    "DIFF_FS": r"\s+<UNIXPATH> is a different filesystem. Will not descend from <UNIXPATH> into it.",
    "JOBEND": "Job write elapsed time = <elapsed>, Transfer rate = <NUMBER> [KMG]? Bytes/second",
    "NOPRUNE_JOBS": "No Jobs found to prune.",
    "NOPRUNE_FILES": "No Files found to prune.",
    "VOLUME_PREVWRITTEN": 'Volume "<volume>" previously written, moving to end of data.',
    "READYAPPEND": 'Ready to append to end of Volume "<volume>" size=<size>',
    "CANCELLING": "Cancelling duplicate JobId=<cancelled>.",
    "MARKCANCEL": "JobId <marked>, Job <job> marked to be canceled.",
    "CLIENT_RBJ": 'shell command: run ClientRunBeforeJob "<command>"',
    "VSS": "(?:Generate )?VSS (?:Writer)?",
    "MAXSTART": "Fatal error: Job canceled because max start delay time exceeded.",
    "DUPLICATE": "Fatal error: JobId <duplicate> already running. Duplicate job not allowed.",
    "NOJOBSTAT": "Fatal error: No Job status returned from FD.",
    "FATAL_CONN": "Fatal error: bsock.c:133 Unable to connect to (?:Client: <client>|Storage daemon) on "
    "<HOSTNAME>:<POSINT>. ERR=(?<berror><GREEDYDATA>)",
    "NO_CONNECT": "Warning: bsock.c:127 Could not connect to (?:Client: <client>|Storage daemon) on "
    "<HOSTNAME>:<POSINT>. ERR=(?<berror><GREEDYDATA>)",
    "NO_AUTH": "Fatal error: Unable to authenticate with File daemon at <DATA>. Possible causes:",
    "NOSUIT": "No prior or suitable Full backup found in catalog. Doing FULL backup.",
    "JOB": r"(?:Error: )?Bacula <BACULA_HOST> <BACULA_VERSION> \(<BACULA_VERSION>\):",
    "NOPRIOR": "No prior Full backup Job record found.",
}
_OPENSEARCH = {
    **{key: _MESSAGES[key].replace(r"\s*", r"\s+") for key in ("NOOPEN", "NOOPENDIR", "NOSTAT")},
    "NO_AUTH": _MESSAGES["NO_AUTH"].replace("<DATA>", "<HOSTNAME>"),
}
_ADDRESS = "<IPORHOST client.address>:<POSINT client.port int>. ERR=<error>"
_ECS = {
    "MAX_CAPACITY": _MESSAGES["MAX_CAPACITY"] + ".?",
    "END_VOLUME": _MESSAGES["END_VOLUME"].replace(_LONG_TIME, _ECS_TIME),
    "NEW_LABEL": _MESSAGES["NEW_LABEL"].replace("on device", "on (?:file )?device"),
    "WROTE_LABEL": _MESSAGES["WROTE_LABEL"].replace("<BACULA_DEVICE>", "<device>"),
    "NEW_MOUNT": _MESSAGES["NEW_MOUNT"].replace(_LONG_TIME, _ECS_TIME),
    "NOOPENDIR": r'\s*Could not open directory "?<DATA file.path>"?: ERR=<error>',
    "NOSTAT": r"\s*Could not stat <DATA file.path>: ERR=<error>",
    "ALL_RECORDS_PRUNED": ".*?" + _MESSAGES["ALL_RECORDS_PRUNED"],
    "DIFF_FS": _MESSAGES["DIFF_FS"].replace(r"\s+", r"\s*"),
    "VOLUME_PREVWRITTEN": 'Volume "?<volume>"? previously written, moving to end of data.',
    **{
        key: _MESSAGES[key].replace("Fatal error", "Fatal [eE]rror")
        for key in ("MAXSTART", "DUPLICATE", "NOJOBSTAT")
    },
    "FATAL_CONN": "Fatal [eE]rror: bsock.c:133 Unable to connect to (?:Client: <client>|Storage daemon) on "
    + _ADDRESS,
    "NO_CONNECT": "Warning: bsock.c:127 Could not connect to (?:Client: <client>|Storage daemon) on "
    + _ADDRESS,
    "NO_AUTH": _MESSAGES["NO_AUTH"].replace(
        "<DATA>", '"?<IPORHOST client.address>(?::<POSINT client.port int>)?"?'
    ),
}


def names(*, ecs: bool, opensearch: bool) -> dict[str, str]:
    """The names of this family and their texts."""
    messages = dict(_MESSAGES)
    if ecs:
        messages |= _ECS
    elif opensearch:
        messages |= _OPENSEARCH
    texts = {**_PARTS, **{f"BACULA_LOG_{name}": text for name, text in messages.items()}}
    any_of = "|".join(f"<BACULA_LOG_{name}>" for name in messages)
    number = " JobId <jobid>: " if opensearch and not ecs else "(?: JobId <jobid>)?:? "
    line = f"<when> <host>{number}(?:{any_of})"
    if ecs:
        texts["BACULA_TIMESTAMP"] = "<MONTHDAY>-<MONTH>(?:-<YEAR>)? <HOUR>:<MINUTE>"
        texts["BACULA_HOST"] = "<HOSTNAME>"
        texts["BACULA_LOG"] = line
        texts["BACULA_LOGLINE"] = "<BACULA_LOG>"
    else:
        texts["BACULA_TIMESTAMP"] = "<MONTHDAY>-<MONTH> <HOUR>:<MINUTE>"
        texts["BACULA_HOST"] = "[a-zA-Z0-9-]+"
        texts["BACULA_LOGLINE"] = line
    return spell_all(texts, side(_KEYS, ecs=ecs))
