"""`trackside completion`: scripts made from the parsers, so that they never lag behind them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Final, NamedTuple

from trackside.cli import parser as parsers
from trackside.cli import words
from trackside.cli.verb import Verb, here
from trackside.errors import TracksideError

#: Arguments that are names of runs.
_RUNS: Final = frozenset({"run", "runs", "before", "after"})


class Completed(NamedTuple):
    """What can follow a verb."""

    verb: str
    what: str
    options: list[tuple[str, str]]
    #: "runs", "files", words of its own, or "" for nothing.
    values: str


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))


def _act(options: Namespace) -> int:
    words.say({"bash": bash_script, "zsh": zsh_script, "fish": fish_script}[options.shell]())
    return 0


def collect_completed() -> Iterator[Completed]:
    """Tell for every verb its options and what its arguments are."""
    for name, (_, what) in parsers.VERBS.items():
        parser = parsers.verb_parser(name, parsers.load_verb(name))
        options, values = [], ""
        for action in parser._actions:
            if action.option_strings:
                options.append((max(action.option_strings, key=len), (action.help or "").replace("%%", "%")))
            elif action.choices:
                values = " ".join(map(str, action.choices))
            elif name == "run":
                values = "files"
            elif action.dest in _RUNS:
                values = "runs"
        yield Completed(name, what, options, values)


def bash_script() -> str:
    """Write the script for bash."""
    cases = []
    for item in collect_completed():
        plain = " ".join(option for option, _ in item.options)
        if item.values == "files":
            more = 'COMPREPLY+=($(compgen -f -- "$cur"))'
        elif item.values == "runs":
            more = 'COMPREPLY+=($(compgen -W "$(trackside __names 2>/dev/null)" -- "$cur"))'
        else:
            more = f'COMPREPLY+=($(compgen -W "{item.values}" -- "$cur"))' if item.values else ":"
        cases.append(f'    {item.verb}) COMPREPLY=($(compgen -W "{plain}" -- "$cur")); {more} ;;')
    verbs = " ".join(parsers.VERBS)
    return "\n".join(
        [
            '# bash completion for trackside: eval "$(trackside completion bash)"',
            "_trackside() {",
            '  local cur="${COMP_WORDS[COMP_CWORD]}" verb="" word',
            '  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
            '    case "$word" in -*) ;; *) verb="$word"; break ;; esac',
            "  done",
            '  case "$verb" in',
            f'    "") COMPREPLY=($(compgen -W "{verbs} --help --version" -- "$cur")) ;;',
            *cases,
            "  esac",
            "}",
            "complete -F _trackside trackside",
        ]
    )


def zsh_script() -> str:
    """Write the script for zsh."""
    verbs = "\n".join(f"    {_quoted(f'{name}:{what}')}" for name, (_, what) in parsers.VERBS.items())
    cases = []
    for item in collect_completed():
        described = " ".join(_quoted(f"{option}[{_zsh(text)}]") for option, text in item.options)
        values = {"files": "'*:file:_files'", "runs": "'*:run:_trackside_runs'", "": ""}.get(
            item.values, f"'*:value:({item.values})'"
        )
        cases.append(f"    {item.verb}) _arguments {described} {values} ;;")
    return "\n".join(
        [
            "#compdef trackside",
            '# zsh completion for trackside: eval "$(trackside completion zsh)"',
            '_trackside_runs() { compadd -- ${(f)"$(trackside __names 2>/dev/null)"} }',
            "_trackside() {",
            "  local -a verbs=(",
            verbs,
            "  )",
            "  if (( CURRENT == 2 )); then _describe command verbs; return; fi",
            "  local verb=$words[2]; shift words; (( CURRENT-- ))",
            "  case $verb in",
            *cases,
            "  esac",
            "}",
            "(( $+functions[compdef] )) && compdef _trackside trackside",
        ]
    )


def fish_script() -> str:
    """Write the script for fish."""
    lines = ["# fish completion for trackside: trackside completion fish | source", "complete -c trackside -f"]
    lines += [
        f"complete -c trackside -n __fish_use_subcommand -a {name} -d {_quoted(what)}"
        for name, (_, what) in parsers.VERBS.items()
    ]
    for item in collect_completed():
        on = f"-n '__fish_seen_subcommand_from {item.verb}'"
        for option, text in item.options:
            flag = f"-l {option[2:]}" if option.startswith("--") else f"-s {option[1:]}"
            lines.append(f"complete -c trackside {on} {flag} -d {_quoted(text)}")
        if item.values == "runs":
            lines.append(f"complete -c trackside {on} -a '(trackside __names 2>/dev/null)'")
        elif item.values == "files":
            lines.append(f"complete -c trackside {on} -F")
        elif item.values:
            lines.append(f"complete -c trackside {on} -a '{item.values}'")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _zsh(text: str) -> str:
    return text.replace("[", "(").replace("]", ")").replace(":", " -")


def _names(options: Namespace) -> int:
    """List names of runs for a completion script; quiet about everything, since a prompt waits for it."""
    from trackside.git.refs import list_refs
    from trackside.refs import EXPERIMENTS, parse_experiment_ref

    try:
        refs = list_refs(here(options), EXPERIMENTS)
    except TracksideError:
        return 0
    words.say(
        "\n".join(sorted(ref.name for name in refs if (ref := parse_experiment_ref(name)) and ref.name.isprintable()))
    )
    return 0


def _no_arguments(_: ArgumentParser) -> None:
    """The hidden verb takes none."""


VERBS: Final = {
    "completion": Verb(
        example='eval "$(trackside completion bash)"',
        arguments=_arguments,
        act=_act,
        more="zsh the same; fish: | source",
    ),
    "__names": Verb(example="trackside __names", arguments=_no_arguments, act=_names),
}
