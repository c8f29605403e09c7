"""Runs clang-tidy on C++ targets: `bazel build --config=tidy //...` fails if a check of .clang-tidy does.

There is one action for each source file, so that unchanged files are not checked again. clang-tidy is taken from PATH.
"""

load("@rules_cc//cc:action_names.bzl", "CPP_COMPILE_ACTION_NAME")
load("@rules_cc//cc:find_cc_toolchain.bzl", "find_cc_toolchain", "use_cc_toolchain")
load("@rules_cc//cc/common:cc_common.bzl", "cc_common")
load("@rules_cc//cc/common:cc_info.bzl", "CcInfo")

def _compile_flags(ctx, context):
    toolchain = find_cc_toolchain(ctx)
    features = cc_common.configure_features(
        ctx = ctx,
        cc_toolchain = toolchain,
        requested_features = ctx.features,
        # layering_check would need a module map of each target.
        unsupported_features = ["layering_check", "module_maps"] + ctx.disabled_features,
    )
    variables = cc_common.create_compile_variables(
        feature_configuration = features,
        cc_toolchain = toolchain,
        user_compile_flags = ctx.fragments.cpp.copts + ctx.fragments.cpp.cxxopts + ctx.rule.attr.copts,
        include_directories = context.includes,
        quote_include_directories = context.quote_includes,
        system_include_directories = context.system_includes,
        preprocessor_defines = depset(transitive = [context.defines, context.local_defines]),
    )
    flags = cc_common.get_memory_inefficient_command_line(
        feature_configuration = features,
        action_name = CPP_COMPILE_ACTION_NAME,
        variables = variables,
    )

    # The flags may be those of another compiler.
    return flags + ["-Wno-unknown-warning-option", "-Wno-ignored-optimization-argument"]

def _tidy_impl(target, ctx):
    if CcInfo not in target or target.label.workspace_name or not hasattr(ctx.rule.attr, "copts"):
        return []
    sources = [file for file in getattr(ctx.rule.files, "srcs", []) if file.is_source and file.extension == "cc"]
    context = target[CcInfo].compilation_context
    flags = _compile_flags(ctx, context) if sources else []
    reports = []
    for source in sources:
        report = ctx.actions.declare_file("%s.%s.tidy" % (target.label.name, source.basename))
        ctx.actions.run_shell(
            inputs = depset([source, ctx.file._config], transitive = [context.headers]),
            outputs = [report],
            command = 'report=$1; shift; clang-tidy "$@" >"$report" 2>&1 || { cat "$report"; exit 1; }',
            arguments = [report.path, "--quiet", "--config-file=" + ctx.file._config.path, source.path, "--"] + flags,
            mnemonic = "ClangTidy",
            progress_message = "Running clang-tidy on " + source.short_path,
            use_default_shell_env = True,
        )
        reports.append(report)
    return [OutputGroupInfo(tidy = depset(reports))]

tidy = aspect(
    implementation = _tidy_impl,
    attrs = {"_config": attr.label(default = "//:.clang-tidy", allow_single_file = True)},
    fragments = ["cpp"],
    toolchains = use_cc_toolchain(),
)
