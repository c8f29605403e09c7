"""The configuration of the cross toolchains for Bazel."""

load("@rules_cc//cc:action_names.bzl", "ACTION_NAMES")
load(
    "@rules_cc//cc:cc_toolchain_config_lib.bzl",
    "artifact_name_pattern",
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

# Keeps the names by which headers were found (symbolic links), because these are the names that Bazel knows.
_HEADER_NAMES = ["-no-canonical-prefixes"]

# Makes builds reproducible, independent of time and place.
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

# When building for macOS, Bazel's default flags would be those of Apple's libtool.
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
        # All code of Windows can be at any address, and its compilers do not know the option.
        flag_sets = _flags(_COMPILE, [] if ctx.attr.windows else ["-fPIC"]) +
                    _flags(_COMPILE, ctx.attr.compile_flags) +
                    _flags(_CXX_COMPILE, ctx.attr.cxx_flags) +
                    _mode_flags("dbg", ["-g"]) +
                    _mode_flags("opt", ["-O2", "-DNDEBUG", "-ffunction-sections", "-fdata-sections"], [dead_strip]) +
                    _flags(_LINK, ctx.attr.link_flags),
    )

    # After the user's libraries, which may need these.
    libraries = feature(
        name = "default_libraries",
        enabled = True,
        flag_sets = _flags(_LINK, ctx.attr.dynamic_link_flags, shared) +
                    _flags(_LINK_EXECUTABLE, ctx.attr.static_link_flags, whole),
    )

    # Without supports_dynamic_linker, so that a program is a single file, which can be copied to another system. With
    # -fPIC everywhere instead of supports_pic, with which Bazel compiles each file twice for programs and tests.
    return [
        feature(name = "dbg"),
        feature(name = "fastbuild"),
        feature(name = "opt"),
        feature(name = "no_stripping"),
    ] + ([
        # Replaces Bazel's, which passes -Wl,-S: with it, zig compiles the C++ library again each time that it links a
        # program. Without --compilation_mode=dbg there are no debug symbols to strip.
        feature(name = "strip_debug_symbols"),
    ] if ctx.attr.macos else []) + [
        feature(name = "supports_start_end_lib", enabled = not ctx.attr.macos and not ctx.attr.windows),
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
        artifact_name_patterns = [
            artifact_name_pattern(category_name = "executable", prefix = "", extension = ".exe"),
        ] if ctx.attr.windows else [],
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
        "system_includes": attr.string_list(doc = "Directories of headers that no target declares."),
        "tools": attr.string_dict(doc = "Absolute paths, or paths in the repository."),
        "windows": attr.bool(),
    },
    provides = [CcToolchainConfigInfo],
)
