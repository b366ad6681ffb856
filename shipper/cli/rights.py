"""``shipper setup --print-api-key-request``: the request for a login that may do what a level needs and no more."""

from __future__ import annotations

import logging
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import orjson

from shipper.cli.parser import load_settings
from shipper.config.settings import Elasticsearch
from shipper.errors import UsageError
from shipper.records import SendFailed

if TYPE_CHECKING:
    import argparse


def show(args: argparse.Namespace) -> int:
    """
    Print the body on standard output, and how to use it on standard error.

    Raises:
        UsageError: the product is not named, and there is no cluster that tells it.
    """
    from shipper.tools import rights  # noqa: PLC0415 - after the options are understood

    settings = load_settings(args)
    if not isinstance(settings.output, Elasticsearch):
        raise UsageError("output.local has no rights; write output.elasticsearch")
    product = args.product or _product(settings.output)
    body = rights.request(settings, args.print_api_key_request, product)
    print(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode())
    print(rights.usage(args.print_api_key_request, product), file=sys.stderr)
    return 0


def _product(output: Elasticsearch) -> str:
    from shipper.cluster.client import Client, RefusedError  # noqa: PLC0415 - only where it is asked

    logging.getLogger("shipper").addHandler(logging.NullHandler())
    with closing(Client(output)) as client:
        try:
            return client.info().product
        except (SendFailed, RefusedError) as error:
            text = f"the cluster does not tell its product ({error}); add --product elasticsearch or --product opensearch"
            raise UsageError(text) from None
