"""From text to machine code: one engine for the process, functions shared by their text."""

import hashlib
from functools import cache
from threading import RLock

from .emit import Builder, Value
from .library import LIBRARY
from .store import keep, kept

LOCK = RLock()
INLINE = 6  # calls of one vector function in a nest, up to which it is written in place
FUNCTIONS = {}  # text of a function -> its address
EXTERNAL = (
    "attributes #1 = { nounwind willreturn memory(none) }\n"
    "@zero = internal constant i64 0\n!0 = !{}\n"
)


class Engine:
    """The just-in-time linker of the process and the machine it writes code for."""

    def __init__(self):
        from llvmlite import binding

        binding.initialize_native_target()
        binding.initialize_native_asmprinter()
        self.binding = binding
        self.target = binding.Target.from_default_triple()
        self.cpu = binding.get_host_cpu_name()
        self.features = binding.get_host_cpu_features().flatten()
        self.linker = binding.create_lljit_compiler(self.machine(2))
        self.libraries, self.count = [], 0
        self.wide = "+avx512f" in self.features

    def machine(self, level):
        return self.target.create_target_machine(
            cpu=self.cpu, features=self.features, opt=level, reloc="pic", codemodel="small"
        )

    def optimized(self, text):
        """(module, machine) after a few passes: twice as fast as LLVM's own list, and enough.

        The vectors are written as such, so what is left is to write the library's functions in
        place, to make registers of variables, and to simplify.
        """
        binding = self.binding
        module = binding.parse_assembly(text)
        machine = self.machine(2)
        options = binding.create_pipeline_tuning_options(speed_level=1)
        builder = binding.create_pass_builder(machine, options)
        inliner = binding.create_new_module_pass_manager()
        inliner.add_always_inliner_pass()
        inliner.run(module, builder)
        passes = binding.create_new_function_pass_manager()
        passes.add_sroa_pass()
        passes.add_simplify_cfg_pass()
        passes.add_instruction_combine_pass()
        passes.add_loop_rotate_pass()
        passes.add_simplify_cfg_pass()
        for function in module.functions:
            if not function.is_declaration:
                passes.run(function, builder)
        return module, machine

    def as_written(self, text):
        """(module, machine) without any passes: five times as fast, for what is tidy already."""
        return self.binding.parse_assembly(text), self.machine(0)

    def object_code(self, text, tidy):
        """The object file of a module, from the disk if it was made before."""
        parts = (self.cpu, self.features, version(), str(tidy), text)
        key = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        found = kept(key)
        if found is None:
            module, machine = (self.as_written if tidy else self.optimized)(text)
            found = machine.emit_object(module)
            keep(key, found)
        return found

    def link(self, text, names, tidy=False):
        """The addresses of the functions of a module; tidy: they need no passes."""
        code = self.object_code(text, tidy)
        self.count += 1
        builder = self.binding.JITLibraryBuilder().add_object_img(code).add_current_process()
        for name in names:
            builder.export_symbol(name)
        library = builder.link(self.linker, f"autodiff{self.count}")
        self.libraries.append(library)
        return [library[name] for name in names]


@cache
def engine():
    """The engine of this process."""
    return Engine()


@cache
def version():
    """What the code on the disk depends on beside its text and the machine."""
    from llvmlite import __version__

    return __version__


def attributes():
    """Attributes of our functions; vectors as wide as the machine has."""
    width = 512 if engine().wide else 256
    return (
        f'attributes #0 = {{ nounwind "prefer-vector-width"="{width}" '
        f'"min-legal-vector-width"="512" "no-trapping-math"="true" }}\n'
        f'attributes #2 = {{ nounwind alwaysinline memory(none) "prefer-vector-width"="{width}" '
        f'"min-legal-vector-width"="512" }}\n'
        f'attributes #3 = {{ nounwind noinline memory(none) "prefer-vector-width"="{width}" '
        f'"min-legal-vector-width"="512" }}\n'
    )


def addresses(functions):
    """The addresses of functions, given as (text with NAME for the name, needs).

    What was compiled before, for any function, is taken as it is.
    """
    with LOCK:
        missing = {}
        for text, needs in functions:
            if text not in FUNCTIONS and text not in missing:
                missing[text] = needs
        if missing:
            names = [f"ad{i}" for i in range(len(missing))]
            module = module_text(missing, names)
            for text, address in zip(missing, engine().link(module, names)):
                FUNCTIONS[text] = address
        return [FUNCTIONS[text] for text, _ in functions]


def module_text(functions, names):
    """One module of several functions with all that they need."""
    needs, parts = {}, []
    for (text, own), name in zip(functions.items(), names):
        parts.append(text.replace("@NAME", f"@{name}", 1))
        needs.update(own)
    body = "\n".join(parts)
    declared, defined = library_text(needs, body)
    return "\n".join([*declared, *defined, body, attributes(), EXTERNAL])


def library_text(needs, body):
    """Declarations, and the definitions of our own vector functions that are called."""
    declared, defined, waiting, done = {}, [], list(needs.items()), set()
    while waiting:
        full, what = waiting.pop()
        if full in done:
            continue
        done.add(full)
        if type(what) is str:
            declared[full] = what
            continue
        name, dtype, arity, lanes = what
        b = Builder(lanes, LIBRARY)
        args = [Value(b, f"%x{i}", dtype) for i in range(arity)]
        slow = name.endswith(".slow")
        out = b.lane_by_lane(name[:-5], args) if slow else LIBRARY[name](b, *args)
        kind = b.type(dtype)
        given = ", ".join(f"{kind} {a.name}" for a in args)
        mark = "#2" if body.count(f"{full}(") <= INLINE and not slow else "#3"
        lines = "\n".join(b.lines)
        defined.append(
            f"define internal {kind} {full}({given}) {mark} {{\n"
            f"entry:\n{lines}\n  ret {kind} {out.name}\n}}"
        )
        waiting.extend(b.needs.items())
    return declared.values(), defined
