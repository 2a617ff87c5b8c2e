"""The command line: a lazy click group. A command's module is imported when that command runs, not before.

Where to put a new command: a module in this package with one click command or group, and a line in `COMMANDS`.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, NoReturn

import click

from meshport import __version__, log
from meshport.cli.lazy import LazyGroup
from meshport.cli.output import say
from meshport.errors import ExitCode, MeshportError

COMMANDS = {
    # name: (module:attribute, the first line of its help — a test keeps the two equal)
    "new": ("meshport.cli.new:new", "Scaffold a domain project, or add what is missing to a dbt project."),
    "inspect": ("meshport.cli.inspect:inspect", "Show which data products a dbt project could publish."),
    "build": ("meshport.cli.build:build", "Run dbt build and keep its artifacts."),
    "check": ("meshport.cli.check:check", "Check a project against the policies that hold for it."),
    "lint": ("meshport.cli.lint:lint", "Lint the project's SQL with the standards' rules."),
    "plan": ("meshport.cli.plan:plan", "Show what publishing would change."),
    "publish": ("meshport.cli.publish:publish", "Publish the data products of this project."),
    "search": ("meshport.cli.search:search", "Find published data products."),
    "show": ("meshport.cli.show:show", "Show one data product."),
    "sql": (
        "meshport.cli.sql:sql",
        "Ask the mesh information schema: what there is, who owns it, where columns come from.",
    ),
    "insights": (
        "meshport.cli.insights:insights",
        "Show how a product, a domain or the whole mesh stands, and on what evidence.",
    ),
    "query": ("meshport.cli.query:query", "Query published ports as a principal."),
    "serve": (
        "meshport.cli.serve:serve",
        "Serve the marketplace: search, judge, ask for and read data products in a browser.",
    ),
    "update": ("meshport.cli.update:update", "Bring a newer project template into this project."),
    "doctor": ("meshport.cli.doctor:doctor", "Check that everything meshport needs is there."),
    "product": ("meshport.cli.product:product", "History, rollback, deprecation and retirement of products."),
    "contract": ("meshport.cli.contract:contract", "Contracts of ports."),
    "ci": ("meshport.cli.ci:ci", "Review a change: everything that a pull request is asked, in one command."),
    "lineage": ("meshport.cli.lineage:lineage", "Where columns come from, and what depends on them."),
    "inputs": ("meshport.cli.inputs:inputs", "Products of other domains that this project reads."),
    "access": ("meshport.cli.access:access", "Request, approve and revoke subscriptions."),
    "quality": ("meshport.cli.quality:quality", "Data policies: rules for every row of a port."),
    "standards": ("meshport.cli.standards:standards", "Standards of the central team and of this domain."),
    "unity": ("meshport.cli.unity:unity", "Published products in an open-source Unity Catalog server."),
    "domain": (
        "meshport.cli.domain:domain",
        "Provision domains: catalogs, groups, grants, a warehouse, from a reviewed file.",
    ),
    "ops": ("meshport.cli.ops:ops", "Runs, service levels, incidents and alerts."),
    "deploy": (
        "meshport.cli.deploy:deploy",
        "The domain's pipeline on a schedule: build, data policies, publish, notify.",
    ),
    "registry": ("meshport.cli.registry:registry", "The metadata database."),
    "completion": ("meshport.cli.completion:completion", "Print the completion script for a shell."),
}


def _start_log(ctx: click.Context, _option: click.Parameter, log_format: str) -> None:
    if log_format == "json" and not ctx.resilient_parsing:
        log.command.log()


@click.group(
    cls=LazyGroup,
    commands_at=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 done, 1 a defect of meshport, 2 usage, 3 blocked by a gate, 4 bad input, "
    "5 something is unreachable or in use, 6 a saved plan no longer fits, 7 not allowed.",
)
@click.version_option(__version__, prog_name="meshport")
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    envvar="MESHPORT_LOG",
    is_eager=True,
    expose_value=False,
    callback=_start_log,
    help="What goes to standard error: text for people, or one JSON object a line.",
)
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Publish data products from dbt: plan, publish, govern, find.

    \b
    meshport new sales            scaffold a domain project
    meshport build                build and test it with dbt
    meshport plan                 see what publishing would change
    meshport publish              publish it
    meshport search orders        find products of every domain
    """
    ctx.obj = {"debug": debug}


def main(args: list[str] | None = None) -> Any:
    """Run the command line and leave the process with a documented exit code (`meshport.errors.ExitCode`)."""
    code = int(ExitCode.BUG)
    try:
        _main(args)
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else ExitCode.OK
        raise
    finally:
        log.command.end(code)


def _main(args: list[str] | None) -> NoReturn:
    debug = "--debug" in (sys.argv[1:] if args is None else args)
    try:
        code = cli.main(args=args, standalone_mode=False)
    except MeshportError as error:
        if debug:
            raise
        report(error)
        sys.exit(error.exit_code)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        if log.command.logged:
            log.event("error", level=logging.ERROR, message=error.format_message())
        else:
            error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        say("Stopped.")
        sys.exit(130)
    except BrokenPipeError:  # `meshport ... | head`
        sys.stderr.close()
        sys.exit(ExitCode.OK)
    except Exception as error:
        if debug:
            raise
        message = f"meshport failed in a way it should not: {type(error).__name__}: {error}"
        hint = "this is a defect; run again with --debug and report what it prints"
        if log.command.logged:
            log.event("error", level=logging.ERROR, message=message, hint=hint)
        else:
            click.echo(message, err=True)
            click.echo(f"  fix: {hint}", err=True)
        sys.exit(ExitCode.BUG)
    sys.exit(code if isinstance(code, int) else ExitCode.OK)


def report(error: MeshportError) -> None:
    """Print an error of the user's to standard error: what, where, how to fix; or log it."""
    if log.command.logged:
        log.event("error", level=logging.ERROR, message=error.message, where=error.where, hint=error.hint)
        return
    click.echo(f"{click.style('Error:', fg='red')} {error.message}", err=True)
    if error.where:
        click.echo(f"  where: {error.where}", err=True)
    if error.hint:
        click.echo(f"  fix:   {error.hint}", err=True)
