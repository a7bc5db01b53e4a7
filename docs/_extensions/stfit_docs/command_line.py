"""The commands with their arguments and options, from the program itself."""

from __future__ import annotations

from typing import Any

import typer.main

from stfit.cli import COMMANDS, app
from stfit_docs.markdown import cell, code, table


def page() -> str:
    """A section for each command, in the order in which `stfit --help` lists them."""
    program: Any = typer.main.get_command(app)
    return "\n".join(section(name, program.commands[name]) for name in COMMANDS)


def section(name: str, command: Any) -> str:
    """What one command does, what it takes, and an example."""
    arguments = [code(argument.metavar) for argument in command.params if argument.param_type_name == "argument"]
    usage = " ".join(["stfit", name, "[OPTIONS]", *(argument.strip("`") for argument in arguments)])
    example = command.epilog.removeprefix("Example: ")
    return "\n".join(
        [
            f"## stfit {name}\n",
            f"{command.help.strip()}\n",
            f"```text\n{usage}\n```\n",
            table(["Argument or option", "Meaning", "Default"], [row(parameter) for parameter in command.params]),
            f"Example:\n\n```sh\n{example}\n```\n",
        ]
    )


def row(parameter: Any) -> list[str]:
    """One argument or option: how it is written, what it means, its default."""
    names = [parameter.metavar] if parameter.param_type_name == "argument" else parameter.opts
    value = f" {parameter.metavar}" if parameter.param_type_name == "option" and parameter.metavar else ""
    default = "required" if parameter.required else default_text(parameter.default)
    return [", ".join(code(f"{name}{value}") for name in names), cell(parameter.help), default]


def default_text(default: Any) -> str:
    """The default of an option; nothing for a switch that is off and for what may be left out."""
    return "" if default is None or default is False or callable(default) else code(str(default))
