"""A typed TypeScript client: types by openapi-typescript over openapi-fetch, a few kilobytes at run time."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from deploy.assets import CACHE, IMPATIENCE, find_npm
from deploy.clients.document import Document

TOOLS = Path(__file__).parent
INSTALLED = CACHE / "client-tools"

INDEX = """\
import createClient, { type Client, type ClientOptions } from "openapi-fetch";
import type { components, paths } from "./schema";

export type { components, paths };
export type Problem = components["schemas"]["ProblemDocument"];

/** 网关的地址与令牌；每个接口按路径调用：client.GET("/api/v1/regions/{code}/dashboard", …) */
export function shian(baseUrl: string, token: string, options: ClientOptions = {}): Client<paths> {
  const headers = { ...options.headers, Authorization: `Bearer ${token}` };
  return createClient<paths>({ ...options, baseUrl, headers });
}
"""
OPTIONS = {
    "strict": True,
    "module": "esnext",
    "moduleResolution": "bundler",
    "target": "es2022",
    "lib": ["es2022", "dom", "dom.iterable"],
    "types": [],
    "declaration": True,
    "skipLibCheck": True,
    "outDir": "dist",
}


class NoNode(Exception):  # noqa: N818 (said to people, not caught by type)
    """There is no Node.js, or its packages could not be fetched."""


def write_typescript_client(document: Document, folder: Path) -> Path:
    """Write the package `shian-client`, compiled, into `folder`. Raises `NoNode` and `CalledProcessError`."""
    package = folder / "shian-client"
    (package / "src").mkdir(parents=True, exist_ok=True)
    described = package / "openapi.json"
    described.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    (package / "src" / "index.ts").write_text(INDEX, encoding="utf-8")
    tools = json.loads((TOOLS / "package.json").read_text(encoding="utf-8"))
    _write(package / "package.json", _manifest(document["info"]["version"], tools["dependencies"]))
    _write(package / "tsconfig.json", {"compilerOptions": OPTIONS, "include": ["src"]})
    environment = install_tools()
    modules = package / "node_modules"
    if not modules.exists():
        modules.symlink_to(INSTALLED / "node_modules", target_is_directory=True)
    for step in (
        ["openapi-typescript/bin/cli.js", "openapi.json", "--output", "src/schema.ts"],
        ["typescript/bin/tsc", "--project", "."],
    ):
        subprocess.run(["node", str(modules / step[0]), *step[1:]], cwd=package, env=environment, check=True)
    return package


def install_tools() -> dict[str, str]:
    """The generator as the lock names it, kept in the cache; the environment in which it runs. Raises `NoNode`."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "client-tools.log").open("wb") as log:
        npm, node = find_npm(log.fileno())
        if not npm:
            raise NoNode("没有 Node.js（需要 20.19 以上），无法生成 TypeScript 客户端")
        environment = os.environ | {"PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}"}
        locks = [
            file.read_bytes()
            for file in (TOOLS / "package-lock.json", INSTALLED / "package-lock.json")
            if file.exists()
        ]
        if len(locks) < 2 or locks[0] != locks[1] or not (INSTALLED / "node_modules").exists():
            shutil.rmtree(INSTALLED, ignore_errors=True)
            INSTALLED.mkdir(parents=True)
            shutil.copy(TOOLS / "package.json", INSTALLED)
            install = [*npm, "ci", "--ignore-scripts", *IMPATIENCE]
            shutil.copy(TOOLS / "package-lock.json", INSTALLED)
            done = subprocess.run(install, cwd=INSTALLED, env=environment, stdout=log, stderr=log, check=False)
            if done.returncode:
                shutil.rmtree(INSTALLED)
                raise NoNode(f"生成 TypeScript 客户端的工具没有装上（常见原因是网络不通），见 {log.name}")
    return environment


def _manifest(version: str, dependencies: dict[str, str]) -> dict[str, Any]:
    return {
        "name": "shian-client",
        "version": version,
        "type": "module",
        "main": "./dist/index.js",
        "types": "./dist/index.d.ts",
        "dependencies": dependencies,
    }


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
