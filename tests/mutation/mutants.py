"""Make the mutants of a module: mutmut's operators, and one for the type of an exception.

All mutants of a module are one source text, in which each function chooses at each call
(`switch.py`). Beside what mutmut does, cached functions and properties are mutated too, and
messages of exceptions are not: they are for people, and no rule hangs on their words.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from itertools import zip_longest
from types import CodeType
from typing import Any

import libcst as cst
import libcst.matchers as m
from libcst.metadata import MetadataWrapper
from mutmut.mutation import file_mutation
from mutmut.mutation.file_mutation import Mutation, MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode
from mutmut.mutation.trampoline_templates import mangle_function_name

from .switch import Function


@dataclass(frozen=True)
class Mutant:
    """One change of one function; `was` and `now` are the lines that differ."""

    function: Function
    name: str
    where: str
    was: str
    now: str


def raise_the_base(node: cst.Raise) -> Iterator[cst.Raise]:
    """Let `raise X(...)` raise the base of X, which callers may treat alike: only a test that
    names the exception sees the difference."""
    if isinstance(node.exc, cst.Call):
        name = cst.Module([]).code_for_node(node.exc.func)
        yield node.with_deep_changes(node.exc, func=cst.parse_expression(f"{name}.__mro__[1]"))


OPERATORS = [*mutation_operators, (cst.Raise, raise_the_base)]


class Visitor(MutationVisitor):
    """mutmut's, which leaves decorated functions out because most decorators have effects;
    those that the core uses have none."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef):
            return False
        return super()._skip_node_and_children(node)


def mutate(module: str, source: str) -> tuple[str, list[Mutant]]:
    """The source with all mutants in it, and the mutants."""
    visitor = Visitor(OPERATORS, IgnoredCode(set(), set(), set()))
    tree = MetadataWrapper(cst.parse_module(source)).visit(visitor)
    inert = set(_inert(tree))
    mutations = [one for one in visitor.mutations if id(one.original_node) not in inert]
    if ".sqlite." in module:
        mutations = [one for one in mutations if not _differs_in_case(one)]
    mutated = file_mutation.combine_mutations_to_source(tree, mutations)
    return mutated.code, list(_named(module, tree, mutations))


def _inert(tree: cst.Module) -> Iterator[int]:
    """The nodes on which no rule hangs: words of an exception, and the type in a `cast`."""
    for cast in m.findall(tree, m.Call(func=m.Name("cast"))):
        yield id(cast)
        yield from _below(cst.ensure_type(cast, cst.Call).args[0])
    text = m.SimpleString() | m.FormattedString() | m.ConcatenatedString()
    for call in m.findall(tree, m.Call(args=[m.Arg(value=text), m.ZeroOrMore()])):
        if m.matches(call, m.Call(func=m.Attribute(value=m.Call(func=m.Name("super"))))):
            yield from _below(call)
    for found in m.findall(tree, m.Raise(exc=m.Call(args=[m.Arg(value=text), m.ZeroOrMore()]))):
        yield from _below(cst.ensure_type(found, cst.Raise).exc)


def _differs_in_case(one: Mutation) -> bool:
    """Whether a mutant is the same text in other letters: SQL does not tell them apart."""
    pair = one.original_node, one.mutated_node
    texts = [node.value.lower() for node in pair if isinstance(node, cst.SimpleString)]
    return len(texts) == 2 and texts[0] == texts[1]


def _below(node: Any) -> Iterator[int]:
    yield id(node)
    for child in node.children:
        yield from _below(child)


def _named(module: str, tree: cst.Module, mutations: Sequence[Mutation]) -> Iterator[Mutant]:
    """Number the mutants of each function as mutmut does."""
    grouped = file_mutation.group_by_top_level_node(mutations)
    for owner, function in _functions(tree):
        mangled = mangle_function_name(name=function.name.value, class_name=owner)
        where = ".".join(filter(None, (module, owner, function.name.value)))
        before = tree.code_for_node(function).splitlines()
        for number, one in enumerate(grouped.get(function, ()), 1):
            changed = file_mutation.deep_replace(function, one.original_node, one.mutated_node)
            after = tree.code_for_node(cst.ensure_type(changed, cst.FunctionDef)).splitlines()
            name = f"{mangled}__mutmut_{number}"
            yield Mutant((module, mangled), name, where, *_difference(before, after))


def _functions(tree: cst.Module) -> Iterator[tuple[str | None, cst.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, cst.FunctionDef):
            yield None, node
        elif isinstance(node, cst.ClassDef) and isinstance(node.body, cst.IndentedBlock):
            for method in node.body.body:
                if isinstance(method, cst.FunctionDef):
                    yield node.name.value, method


def _difference(before: list[str], after: list[str]) -> tuple[str, str]:
    """The lines that differ, without indentation."""
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    pairs = [pair for pair in zip_longest(before, after, fillvalue="") if pair[0] != pair[1]]
    was, now = zip(*pairs, strict=True)
    return " ".join(map(str.strip, was)).strip(), " ".join(map(str.strip, now)).strip()


def _plain_copies(*args: Any, **named: Any) -> Any:
    """Decorate the choosing function only: of a property the copies are plain functions."""
    declared, (choosing, *copies), assigned, names = _arrange(*args, **named)
    bare = [copy if _is_bound(copy) else copy.with_changes(decorators=[]) for copy in copies]
    return declared, [choosing, *bare], assigned, names


def _is_bound(function: cst.FunctionDef) -> bool:
    kinds = m.Name("classmethod") | m.Name("staticmethod")
    return any(m.matches(one.decorator, kinds) for one in function.decorators)


_arrange = file_mutation.function_trampoline_arrangement
file_mutation.function_trampoline_arrangement = _plain_copies
file_mutation.trampoline_impl_cst[:] = cst.parse_module(
    "from tests.mutation.switch import switched as _mutmut_mutated, MutantDict\n"
).body


class Finder(MetaPathFinder):
    """Imports the named modules with their mutants in them."""

    def __init__(self, modules: Sequence[str]) -> None:
        self._modules = modules
        self.mutants: list[Mutant] = []

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name not in self._modules:
            return None
        spec = PathFinder.find_spec(name, path)
        assert spec is not None and isinstance(spec.loader, SourceFileLoader)
        spec.loader = _Loader(name, spec.loader.path, self.mutants)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, mutants: list[Mutant]) -> None:
        super().__init__(name, path)
        self._mutants = mutants

    def get_code(self, name: str) -> CodeType:
        source, mutants = mutate(name, self.get_data(self.path).decode())
        self._mutants.extend(mutants)
        return compile(source, self.path, "exec", dont_inherit=True)


def install(modules: Sequence[str]) -> Finder:
    """Let the imports that follow give mutated modules."""
    clash = [name for name in modules if name in sys.modules]
    assert not clash, f"imported already: {clash}"
    finder = Finder(modules)
    sys.meta_path.insert(0, finder)
    return finder
