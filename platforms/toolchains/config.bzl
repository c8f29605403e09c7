"""What Bazel has to know about the compilers of the cross toolchains."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load(
    "@rules_cc//cc:cc_toolchain_config_lib.bzl",
    "feature",
    "flag_group",
    "flag_set",
    "tool_path",
    "variable_with_value",
    "with_feature_set",
)
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/toolchains:cc_toolchain_config_info.bzl", "CcToolchainConfigInfo")

_CXX_COMPILE = [
    ACTION_NAMES.cpp_compile,
    ACTION_NAMES.cpp_header_parsing,
    ACTION_NAMES.cpp_module_compile,
    ACTION_NAMES.cpp_module_codegen,
    ACTION_NAMES.linkstamp_compile,
]
_COMPILE = _CXX_COMPILE + [ACTION_NAMES.c_compile, ACTION_NAMES.assemble, ACTION_NAMES.preprocess_assemble]
_LINK = [
    ACTION_NAMES.cpp_link_executable,
    ACTION_NAMES.cpp_link_dynamic_library,
    ACTION_NAMES.cpp_link_nodeps_dynamic_library,
]
_LINK_EXECUTABLE = [ACTION_NAMES.cpp_link_executable]

# Headers under the names by which they were found: Bazel knows the links through which it shows them.
_HEADER_NAMES = ["-no-canonical-prefixes"]

# The same file whenever and wherever it is built.
_REPRODUCIBLE = [
    "-Wno-builtin-macro-redefined",
    "-D__DATE__=\"redacted\"",
    "-D__TIMESTAMP__=\"redacted\"",
    "-D__TIME__=\"redacted\"",
]

def _flags(actions, flags, with_features = []):
    return [flag_set(
        actions = actions,
        flag_groups = [flag_group(flags = flags)],
        with_features = with_features,
    )] if flags else []

def _mode_flags(mode, compile, link = []):
    here = [with_feature_set(features = [mode])]
    return _flags(_COMPILE, compile, here) + _flags(_LINK, link, here)

# Bazel's own flags would be those of Apple's libtool when building for macOS.
_ARCHIVER_FLAGS = feature(
    name = "archiver_flags",
    flag_sets = [flag_set(
        actions = [ACTION_NAMES.cpp_link_static_library],
        flag_groups = [
            flag_group(flags = ["rcsD", "%{output_execpath}"]),
            flag_group(
                expand_if_available = "libraries_to_link",
                iterate_over = "libraries_to_link",
                flag_groups = [
                    flag_group(
                        expand_if_equal = variable_with_value(
                            name = "libraries_to_link.type",
                            value = type,
                        ),
                        iterate_over = "libraries_to_link.object_files" if type == "object_file_group" else None,
                        flags = ["%{libraries_to_link." + ("object_files" if type == "object_file_group" else "name") + "}"],
                    )
                    for type in ["object_file", "object_file_group"]
                ],
            ),
        ],
    )],
)

def _features(ctx):
    dead_strip = "-Wl,-dead_strip" if ctx.attr.macos else "-Wl,--gc-sections"
    whole = [with_feature_set(features = ["fully_static_link"])]
    shared = [with_feature_set(not_features = ["fully_static_link"])]
    default = feature(
        name = "default_flags",
        enabled = True,
        flag_sets = _flags(_COMPILE, ["-fPIC"] + ctx.attr.compile_flags) +
                    _flags(_CXX_COMPILE, ctx.attr.cxx_flags) +
                    _mode_flags("dbg", ["-g"]) +
                    _mode_flags("opt", ["-O2", "-DNDEBUG", "-ffunction-sections", "-fdata-sections"], [dead_strip]) +
                    _flags(_LINK, ctx.attr.link_flags),
    )

    # After the libraries that the user names, which may need these.
    libraries = feature(
        name = "default_libraries",
        enabled = True,
        flag_sets = _flags(_LINK, ctx.attr.dynamic_link_flags, shared) +
                    _flags(_LINK_EXECUTABLE, ctx.attr.static_link_flags, whole),
    )

    # Without supports_dynamic_linker, so that a program is one file, to be carried to where it runs. With -fPIC
    # everywhere instead of supports_pic, for which Bazel compiles each file twice when it builds programs and tests.
    return [
        feature(name = "dbg"),
        feature(name = "fastbuild"),
        feature(name = "opt"),
        feature(name = "no_stripping"),
    ] + ([
        # In place of Bazel's, which passes -Wl,-S: zig takes that for another kind of program, and compiles the C++
        # library anew each time that it links one. There are no debug symbols but with --compilation_mode=dbg.
        feature(name = "strip_debug_symbols"),
    ] if ctx.attr.macos else []) + [
        feature(name = "supports_start_end_lib", enabled = not ctx.attr.macos),
        _ARCHIVER_FLAGS,
        default,
        libraries,
        feature(
            name = "unfiltered_compile_flags",
            enabled = True,
            flag_sets = _flags(_COMPILE, _HEADER_NAMES + _REPRODUCIBLE),
        ),
    ]

def _cross_toolchain_config_impl(ctx):
    tools = ctx.attr.tools
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        abi_libc_version = "unknown",
        abi_version = "unknown",
        builtin_sysroot = ctx.attr.sysroot if ctx.attr.sysroot not in ["", "/"] else None,
        compiler = "clang",
        cxx_builtin_include_directories = ctx.attr.system_includes,
        features = _features(ctx),
        host_system_name = "local",
        target_cpu = ctx.attr.platform.split("_", 1)[1],
        target_libc = "macosx" if ctx.attr.macos else "unknown",
        target_system_name = ctx.attr.platform,
        tool_paths = [
            tool_path(name = "ar", path = tools["ar"]),
            tool_path(name = "cpp", path = tools["cc"]),
            tool_path(name = "gcc", path = tools["cc"]),
            tool_path(name = "gcov", path = "/bin/false"),
            tool_path(name = "ld", path = tools["cc"]),
            tool_path(name = "nm", path = tools["nm"]),
            tool_path(name = "objcopy", path = tools["objcopy"]),
            tool_path(name = "objdump", path = "/bin/false"),
            tool_path(name = "strip", path = tools["strip"]),
        ],
        toolchain_identifier = "someos_" + ctx.attr.platform,
    )

cross_toolchain_config = rule(
    implementation = _cross_toolchain_config_impl,
    attrs = {
        "compile_flags": attr.string_list(),
        "cxx_flags": attr.string_list(doc = "For C++ only."),
        "dynamic_link_flags": attr.string_list(doc = "Without --features=fully_static_link."),
        "link_flags": attr.string_list(),
        "macos": attr.bool(),
        "platform": attr.string(mandatory = True),
        "static_link_flags": attr.string_list(doc = "With --features=fully_static_link."),
        "sysroot": attr.string(),
        "system_includes": attr.string_list(doc = "Where headers are that no target declares."),
        "tools": attr.string_dict(doc = "Absolute paths, or paths in the repository."),
    },
    provides = [CcToolchainConfigInfo],
)
