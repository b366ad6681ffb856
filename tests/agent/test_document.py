"""What the path of a log file tells, and how it stands beside the input's own fields."""

from __future__ import annotations

import pytest

from shipper.agent.document import for_path, of_path
from shipper.encode import Constants

UID = "01234567-89ab-cdef-0123-456789abcdef"
ID = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    "path",
    [
        f"/var/log/pods/shop_web-0_{UID}/nginx/3.log",
        f"/host/var/log/pods/shop_web-0_{UID}/nginx/0.log.20261122-160500",
    ],
)
def test_a_pod_s_folder(path):
    assert of_path(path) == {
        "kubernetes": {
            "namespace": "shop",
            "pod": {"name": "web-0", "uid": UID},
            "container": {"name": "nginx"},
        }
    }


def test_a_static_pod_s_uid_has_no_dashes():
    found = of_path(f"/var/log/pods/kube-system_etcd-n.a.b_{UID.replace('-', '')}/etcd/0.log")

    assert found["kubernetes"]["pod"] == {"name": "etcd-n.a.b", "uid": UID.replace("-", "")}


def test_a_link_to_a_container_s_log():
    assert of_path(f"/var/log/containers/web-0_shop_nginx-side-{ID}.log") == {
        "kubernetes": {
            "namespace": "shop",
            "pod": {"name": "web-0"},
            "container": {"name": "nginx-side"},
        },
        "container": {"id": ID},
    }


def test_docker_s_own_file():
    path = f"/var/lib/docker/containers/{ID}/{ID}-json.log"

    assert of_path(path) == of_path(f"{path}.1") == {"container": {"id": ID}}


@pytest.mark.parametrize(
    "path",
    [
        "/var/log/app.log",
        "/var/log/pods/readme/0.log",
        f"/var/log/pods/shop_web_{UID}/nginx/notes.txt",
        f"/var/log/pods/shop_web_{UID}/0.log",
        "/var/log/containers/app.log",
        f"/var/lib/docker/containers/{ID}/{ID[::-1]}-json.log",
    ],
)
def test_other_paths_tell_nothing(path):
    shared = Constants({"host": {"name": "h"}})

    assert of_path(path) == {}
    assert for_path(shared, path) is shared


def test_a_user_s_fields_stay_beside_and_do_not_replace():
    shared = Constants(
        {"log": {"x": 1}, "kubernetes": {"namespace": "mine", "labels": {"a": "b"}}, "container": 1}
    )

    made = for_path(shared, f"/var/log/containers/web-0_shop_nginx-{ID}.log")

    assert made.fields["kubernetes"]["namespace"] == "shop"
    assert made.fields["kubernetes"]["labels"] == {"a": "b"}
    assert made.fields["container"] == {"id": ID}
    assert made.log == {"x": 1}
    assert shared.fields["container"] == 1
