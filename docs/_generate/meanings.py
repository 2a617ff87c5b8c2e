"""What settings and files mean, in words: the part of the reference that no type can say."""

from __future__ import annotations

from meshport import mesh
from meshport.artifacts import kept
from meshport.inputs import folder as inputs
from meshport.keys import MINIMUM_LENGTH, PREFIX
from meshport.marketplace import settings
from meshport.quality import evidence, questions
from meshport.scaffold import answers
from meshport.standards import lock

ACCESS_RULE = {
    "description": "What the rule is for.",
    "classifications": "Which products it speaks of: those that hold one of these, or of their families.",
    "auto_approve": "Principals who get what they ask for without anybody deciding, where every classification that "
    "the product holds is in such a rule: `domain:finance`, `domain:*`, `user:*@example.com`. Not in a domain's own "
    "rules.",
    "approvers": "How many people have to approve.",
    "longest_days": "How long a subscription may last; who asks for no end gets this one.",
    "notice_days": "How many days before its end the subscriber and the product's domain are told.",
    "principals": "What Unity Catalog calls a principal, where it is not its own name: `domain:*: mesh-{name}`, "
    "`domain:finance: Finance readers`. A domain is an account group, a user an e-mail address. Not in a domain's own "
    "rules.",
}
MESH = {
    "domain": "The domain's name: the first part of every product's key.",
    "title": "Its name for people.",
    "description": "What the domain is about.",
    "owner.name": "The team or person who answers for the domain.",
    "owner.email": "Their address.",
    "registry": "The registry: a path (relative to this file) or an SQLAlchemy URL. Without it the user's data folder, "
    "which all domains on one machine share. `--registry` and MESHPORT_REGISTRY come before it.",
    "published.database": "The name of the published zone in the catalog. Without it `<domain>_published`.",
    "published.path": "DuckDB only: the published file, relative to this one. Without it `<database>.duckdb`.",
    "published.parallel": "Databricks only: how many ports are written at a time.",
    "published.certify": "Databricks only: whether ports that have earned it are tagged `system.certification_status`. "
    "Who publishes needs ASSIGN on that governed tag.",
    "published.settle_seconds": "Databricks with `protection: {databricks: abac}` only: how long a port waits for its "
    "rows once columns of it are newly tagged, in seconds; a tag takes a few minutes to have its effect.",
    "standards.folder": "The central team's standards: a folder, relative to this file. One of `folder`, `git`, "
    "`package`; without any, the standards that ship with meshport. See [the guide](../guides/standards.md).",
    "standards.git": "... a git repository: a URL, or a path relative to this file.",
    "standards.ref": "Its tag, branch or commit. What is no commit is resolved once and kept in standards.lock.",
    "standards.path": "The standards' folder in the repository or the package, where they are not at the top.",
    "standards.package": "... an installed Python package.",
    "warehouses.<name>.size": "A SQL warehouse of the domain, for policies on cost: how large it is, as its platform "
    "says it.",
    "warehouses.<name>.auto_stop_minutes": "... after how many idle minutes it stops.",
    "warehouses.<name>.budget": "... what it may cost in a month, in the currency of the bill.",
    "guard.removals": "What share of the tags, masks, comments or grants that meshport wrote, of each kind, a publish "
    "may take away without `--allow-removals`.",
    "guard.beginning_with": "... from how many of a kind on: below it anything may go.",
    "alerts[].to": "A route of alerts: `slack`, `teams`, `webhook` or `email`. See "
    "[the guide](../guides/operations.md).",
    "alerts[].address": "... the environment variable that holds its address: the URL of a webhook, or "
    "`smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS&to=ADDRESS`. The address is a secret, and not for this file.",
    "alerts[].severity": "... `hard`: only incidents that keep a build from being published.",
    "alerts[].products": "... patterns of the products' keys.",
    "cost.rate_per_hour": "What an hour of running dbt costs, for `meshport ops cost` and `meshport ci`, where no "
    "platform bills it: see [the guide](../guides/cost.md). Without it costs are told in seconds.",
    "cost.currency": "... in which currency: three capitals, such as `EUR`.",
    "unity.url": "An open-source Unity Catalog server, for `meshport unity`: see "
    "[the guide](../guides/unity-catalog.md).",
    "unity.catalog": "... the catalog there. Without it the name of the published zone.",
    "unity.storage": "... the folder that published rows are exported to, relative to this file. DuckDB only, and "
    "required there: the server knows files, not DuckDB.",
    "deploy.schedule.cron": "When the pipeline runs: five fields, minute to day of the week. `cron` or `after_inputs`; "
    "without `schedule` every day at 05:00. See [the guide](../guides/deploy.md).",
    "deploy.schedule.timezone": "... in which time zone.",
    "deploy.schedule.after_inputs": "... or when any or all ports of other domains that are read have been published.",
    "deploy.schedule.quiet_minutes": "... and nothing more came for so long.",
    "deploy.environments.<name>.catalog": "An environment that the pipeline is deployed to: the catalog that dbt "
    "builds into. Without it the domain's name. Without any environment there is one, `prod`.",
    "deploy.environments.<name>.schema": "... the schema.",
    "deploy.environments.<name>.target": "... dbt's target, in profiles.yml.",
    "deploy.environments.<name>.paused": "... whether it runs only when somebody starts it.",
    "deploy.run_as": "The service principal that the job runs as, by name. Without it `<domain>-ci`.",
    "deploy.warehouse": "The SQL warehouse of the job, by name. Without it the one in `warehouses`.",
    "deploy.cluster_policy": "The cluster policy of the job's cluster, by name.",
    "deploy.secrets": "The secret scope that the job reads its secrets from. Without it one called as the domain.",
    "deploy.emails": "Who hears of a run that failed. Without it the owner.",
    "deploy.destinations": "... and which of the workspace's notification destinations, by name.",
    "deploy.retries": "How often a task that failed is tried again.",
    "deploy.timeout_minutes": "After how long one is stopped.",
    "unity.principals": "... the server's user (an address) for a subscriber such as `domain:finance`: it knows users "
    "only. `user:` principals need no entry.",
}

META = (
    ("group", "data_product", "Makes the group a data product; its owner is the group's, its ports the public models."),
    ("model", "row_filter", "Which rows the port shows. The predicate sees unmasked values."),
    ("model", "meshport_input", "In generated packages of inputs: the product that the model reads. Not for writing."),
    ("model", "owner", "Who answers for a model that is in no group, as `lineage impact` names them."),
    (
        "model",
        "port_mode",
        "Databricks only: how the port is made, `clone`, `copy` or `view`; "
        "[the decision](../decisions/0011-databricks-publishing.md) says what each means.",
    ),
    (
        "source",
        "external",
        "Databricks only: the source is outside Unity Catalog, in the system named here (`salesforce`, or "
        "`{system: kafka, type: topic, url: ...}`); Unity Catalog shows where its values go.",
    ),
    (
        "exposure",
        "columns",
        "Databricks only: the columns of ports that it reads, for lineage in Unity Catalog. Without it all of them.",
    ),
    ("column", "classification", "What the column holds, in the words of the [standards](standards.md)."),
    ("column", "mask", "Another mask of those that the classification allows."),
    ("group, model, column", "tags", "Values for tags whose template says `from: meta`, by tag."),
)

DATA_PRODUCT = {
    "title": "Its name for people. Without it the group's name.",
    "tier": "How far the data is refined; the standards say which values there are.",
    "slo.freshness": "How old the data gets at most, as a duration such as `24h`.",
    "slo.quality": "The share of checks that pass, between 0 and 1.",
    "terms": "What consumers may do with it.",
    "schedule.cron": "When the product's pipeline runs, where that is not with the domain's: as `deploy.schedule` of "
    "`mesh.yml`.",
    "schedule.timezone": "... in which time zone.",
    "schedule.after_inputs": "... or when any or all ports of other domains that it reads have been published.",
    "schedule.quiet_minutes": "... and nothing more came for so long.",
    "support": "Where to ask, such as `{channel: '#sales-data'}`.",
}

MARKETPLACE = {
    "title": "What the marketplace is called.",
    "url": "Where people reach it from outside. Required with `oidc`: the issuer sends people back to it. Behind "
    "`https:` cookies are for HTTPS alone.",
    "oidc.issuer": "The OpenID Connect issuer that people sign in at.",
    "oidc.client_id": "What the issuer calls this marketplace. Tokens for another client are refused.",
    "oidc.scopes": "What the issuer is asked for.",
    "oidc.person": "The claim that names people. `email` counts only where the issuer says `email_verified`.",
    "oidc.groups": "The claim that lists a person's groups.",
    "groups.owner": "The group of a domain's owners; `{domain}` stands for the domain's name.",
    "groups.developer": "The group of a domain's developers.",
    "groups.provisioner": "The groups of those who run the platform.",
    "groups.auditor": "The groups of those who see everything that was decided.",
    "provisioning.folder": "The central team's repository, whose domain files provisioners write and apply in the "
    "portal; relative to this file. Without it there is no portal.",
    "provisioning.standards": "The standards whose infrastructure policies hold there. Without it `standards/` of the "
    "repository, else those that ship.",
    "per_minute": "How many requests one person may make of one process in a minute; for people who are not signed in, "
    "one address.",
    "session_minutes": "After how many minutes people are sent to the issuer again, which says what groups they are in "
    "now: so no role is older. Without `oidc` a session lasts a day.",
    "forwarded_tokens": "Whether a proxy in front brings each person's own token of the catalog in the header "
    "`x-forwarded-access-token`, and takes it from requests that bring one themselves. Samples of ports on Databricks "
    "are read with it. Otherwise the header is ignored.",
}

DOMAIN = {
    "format": "The format of the file.",
    "name": "The domain's name, which is the file's, too.",
    "title": "Its name for people.",
    "description": "What its data is about.",
    "platform": "Where it lives.",
    "owner.name": "The team that answers for it.",
    "owner.email": "Their address.",
    "owner.group": "The group that manages what the domain has.",
    "developers": "The group of its developers.",
    "groups": "Whether meshport makes both groups (Databricks), or an identity provider brings them.",
    "environments.<name>.catalog": "The catalog that dbt builds into. DuckDB: a file of that name.",
    "environments.<name>.published": "The catalog of the data products; in one environment.",
    "environments.<name>.schemas": "The schemas of `catalog` that are made.",
    "environments.<name>.storage": "The managed location of both catalogs, a URL; without it the metastore's own. "
    "DuckDB: a folder of the repository; without it `data/<domain>`.",
    "environments.<name>.developers": "What the developer group may do in `catalog`.",
    "warehouses.<name>.size": "As in `mesh.yml`.",
    "warehouses.<name>.auto_stop_minutes": "As in `mesh.yml`.",
    "warehouses.<name>.budget": "As in `mesh.yml`; a tag of the warehouse.",
    "cluster_policies": "Databricks only: definitions of cluster policies by name.",
    "ci.name": "Databricks only: the service principal that CI is, made unless `application_id` says which it is.",
    "ci.application_id": "The id of a service principal that is there.",
    "tags": "Tags of every catalog and warehouse.",
    "discover_tag": "Databricks only: the governed tag that carries the domain on the Discover page; without it, it is "
    "not shown there.",
}

ROW_FILTER = {
    "columns": "The columns that the predicate reads.",
    "predicate": "An SQL condition; rows for which it does not hold are not published.",
}

VARIABLES = {
    "MESHPORT_LOG": "`json`: what goes to standard error is one JSON object a line, as with `--log-format`. See "
    "[operations](../guides/operations.md#logs).",
    "MESHPORT_REGISTRY": "The registry, as `--registry`: a path (relative to the current folder) or an SQLAlchemy URL.",
    f"{PREFIX}<NAME>": f"A key of masks and macros (`key='name'`), {MINIMUM_LENGTH} characters or more. The masks "
    f"`hash` and `token` use {PREFIX}DEFAULT. It never gets into SQL, logs or artifacts.",
    "MESHPORT_DUCKDB_PATH": "In scaffolded projects: the DuckDB file that dbt writes. Without it `<domain>.duckdb`.",
    "DATABRICKS_HOST": "In scaffolded projects, target `databricks`: the workspace.",
    "DATABRICKS_HTTP_PATH": "... the SQL warehouse.",
    "DATABRICKS_TOKEN": "... the token.",
    "DATABRICKS_CATALOG": "... the catalog. Without it the domain's name.",
    "DATABRICKS_SCHEMA": "... the schema. Without it `internal`.",
    "DBT_TARGET": "dbt's own: the target, where `--target` names none.",
    "DBT_PROFILES_DIR": "dbt's own: where profiles.yml is. `meshport doctor` looks there too.",
    "DBT_PROJECT_DIR": "dbt's own: the project. The DuckDB plugin finds inputs by it.",
    "DBT_ENV_CUSTOM_ENV_<NAME>": "dbt's own, kept in artifacts. Results of another environment are no evidence.",
    "UNITY_TOKEN": "The token for the Unity Catalog server, sent as a bearer token to that server only. It never gets "
    "into messages.",
    "OPENLINEAGE_URL": "Where `meshport lineage emit` sends events, as `--to`.",
    "OPENLINEAGE_ENDPOINT": "... the path there. Without it `api/v1/lineage`, where the URL has no path.",
    "OPENLINEAGE_API_KEY": "... the key, sent as a bearer token to that server only. It never gets into messages.",
    "OPENLINEAGE_NAMESPACE": "... the namespace of jobs, as `--namespace`.",
    settings.SESSION_KEY: "The key that encrypts the marketplace's sessions: 32 bytes in hexadecimal, the same for "
    "every process. Another key signs everybody out.",
    settings.CLIENT_SECRET: "The secret of the marketplace at its issuer. Without it it is a public client, which "
    "PKCE protects.",
    "GITHUB_ACTOR": "Who publishes, in GitHub Actions; for the record only. Elsewhere the user logged in.",
    "BUILD_REQUESTEDFOREMAIL": "The same in Azure DevOps.",
    "MESHPORT_RENDER_<N>": "Between meshport and dbt, not for setting: a request to render SQL.",
}

_RUNS = f"target/{kept.FOLDER}"
FILES = (
    (mesh.FILE_NAME, "`meshport new`", "Names the domain. Yours from then on."),
    (answers.FILE_NAME, "`meshport new`, `update`", "What the project was scaffolded with. Commit it."),
    (
        answers.UNMANAGED,
        "`meshport new .`",
        "What the project had before of the template: never updated. Commit it.",
    ),
    (
        "git: branch meshport-template",
        "`meshport new`, `update`",
        "The template as it came, to merge newer ones. Push it.",
    ),
    ("vendor/meshport/", "`meshport new`, `update`", "The dbt package `meshport`. Commit it."),
    (
        f"{_RUNS}/<invocation>.json",
        "`meshport build`",
        f"The results of each dbt run, the newest {kept.KEPT_RUNS}: evidence for publishing.",
    ),
    (
        f"{_RUNS}/{kept.CODE}/<invocation>.json",
        "`meshport build`",
        "Its dbt target, and checksums of the code that ran.",
    ),
    (
        lock.FILE_NAME,
        "the first command that reads standards from git, `meshport standards update`",
        "Which commits the standards' tags and branches are. Commit it.",
    ),
    (
        "<cache>/meshport/standards/",
        "the same",
        "In the user's cache folder: the files of these commits, so that no network is needed again.",
    ),
    (f"target/{evidence.FILE_NAME}", "`meshport quality run`", "What data policies said of each port's build."),
    (
        f"schema {questions.SAMPLES}",
        "`meshport quality run --sample`",
        "In the internal zone: rows that break rules, masked, one table a port.",
    ),
    ("<published.path>", "`meshport publish`", "The published zone (DuckDB). Consumers read it; dbt never writes it."),
    (
        "<registry>",
        "the first command that needs it",
        "The registry (SQLite); in use with `-wal` and `-shm` beside it.",
    ),
    ("--out FILE", "`meshport plan --out`", "A plan. `publish --plan` applies exactly it, or refuses."),
    (
        f"{inputs.ROOT}/<domain>/",
        "`meshport inputs add`",
        "A dbt package of another domain's ports, declared in packages.yml. Commit it.",
    ),
    (
        f"{inputs.ROOT}/<domain>/{inputs.DESCRIPTION}",
        "`meshport inputs add`",
        "Which products and versions it is of, and where the published file is.",
    ),
    (
        "<unity.storage>/<product>/<port>/<build>/data.parquet",
        "`meshport unity apply`",
        "The rows of a published port, as they are published. Builds that no table points at are removed.",
    ),
    ("models/**/*.yml", "`meshport inspect --write`", "Declarations of products; comments and formatting stay."),
)
