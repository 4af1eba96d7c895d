"""What a pod's containers are given: environment variables, arguments and volumes, as a kubelet makes them."""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path

from tests.cluster.api import CORE, ApiError
from tests.cluster.containers import Mount

_REFERENCE = re.compile(r"\$\$|\$\(([A-Za-z_.-][A-Za-z0-9_.-]*)\)")


class NotThereError(Exception):
    """What a container asks for is not in the cluster."""


def expanded(text, known):
    """A text with $(NAME) replaced where the name is known; $$ is one $."""
    return _REFERENCE.sub(lambda found: known.get(found[1], found[0]) if found[1] else "$", text)


class Values:
    """The values of one pod."""

    def __init__(self, api, pod):
        self.api = api
        self.pod = pod
        self.namespace = pod["metadata"]["namespace"]
        self.held: dict[tuple[str, str], dict[str, bytes]] = {}

    def environment(self, container):
        """All variables of a container; raises NotThereError."""
        known = {"HOSTNAME": self.pod["metadata"]["name"], "KUBERNETES_SERVICE_HOST": "10.0.0.1"}
        for source in container.get("envFrom", ()):
            for kind, reference in (("secrets", "secretRef"), ("configmaps", "configMapRef")):
                if reference in source:
                    found = self.data(kind, source[reference]["name"], source[reference].get("optional", False))
                    known |= {source.get("prefix", "") + key: value.decode() for key, value in found.items()}
        for variable in container.get("env", ()):
            value = self._value(variable, known)
            if value is not None:
                known[variable["name"]] = value
        return known

    def _value(self, variable, known):
        given = variable.get("valueFrom")
        if given is None:
            return expanded(variable.get("value", ""), known)
        for kind, reference in (("secrets", "secretKeyRef"), ("configmaps", "configMapKeyRef")):
            if reference in given:
                asked = given[reference]
                found = self.data(kind, asked["name"], asked.get("optional", False)).get(asked["key"])
                if found is None and not asked.get("optional"):
                    raise NotThereError(f"couldn't find key {asked['key']} in {kind} {self.namespace}/{asked['name']}")
                return None if found is None else found.decode()
        return self._field(given["fieldRef"]["fieldPath"])

    def _field(self, path):
        key = re.fullmatch(r"metadata\.(labels|annotations)\['(.*)'\]", path)
        if key:
            return self.pod["metadata"].get(key[1], {}).get(key[2], "")
        value = self.pod
        for name in path.split("."):
            value = value.get(name, "")
        return str(value)

    def data(self, kind, name, optional=False):
        """What a Secret or a ConfigMap has; raises NotThereError."""
        if (kind, name) not in self.held:
            try:
                found = self.api.get(f"{CORE}/namespaces/{self.namespace}/{kind}/{name}")
            except ApiError as error:
                if error.code != 404:
                    raise
                if optional:
                    return {}
                raise NotThereError(f'{kind.removesuffix("s")} "{name}" not found') from None
            plain = {key: value.encode() for key, value in found.get("data", {}).items()} if kind != "secrets" else {}
            packed = found.get("binaryData" if kind != "secrets" else "data", {})
            self.held[kind, name] = plain | {key: base64.b64decode(value) for key, value in packed.items()}
        return self.held[kind, name]

    # --- volumes ------------------------------------------------------------------------------------------------

    def volumes(self, folder: Path, claims: Path):
        """A folder of this machine for each volume of the pod, by its name; raises NotThereError."""
        group = self.pod["spec"].get("securityContext", {}).get("fsGroup")
        made = {}
        for volume in self.pod["spec"].get("volumes", ()):
            claim = volume.get("persistentVolumeClaim")
            path = claims / self.namespace / claim["claimName"] if claim else folder / volume["name"]
            path.mkdir(parents=True, exist_ok=True)
            writable = claim is not None or "emptyDir" in volume
            self._fill(path, volume)
            if writable:
                path.chmod(0o2775 if group is not None else 0o777)
                if group is not None and os.geteuid() == 0:
                    os.chown(path, 0, group)
            made[volume["name"]] = path
        return made

    def _fill(self, path, volume):
        for source in (volume, *volume.get("projected", {}).get("sources", ())):
            for kind, name, key in (("secrets", "secret", "secretName"), ("configmaps", "configMap", "name")):
                if name not in source:
                    continue
                asked = source[name]
                found = self.data(kind, asked.get(key) or asked["name"], asked.get("optional", False))
                items = asked.get("items") or [{"key": each, "path": each} for each in found]
                for item in items:
                    if item["key"] not in found:
                        raise NotThereError(f"references non-existent secret key: {item['key']}")
                    file = path / item["path"]
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(found[item["key"]])
                    file.chmod(0o644)

    @staticmethod
    def mounts(container, volumes):
        """Where a container has which folders."""
        return [
            Mount(
                volumes[each["name"]] / each.get("subPath", ""),
                each["mountPath"],
                writable=not each.get("readOnly", False),
            )
            for each in container.get("volumeMounts", ())
        ]
