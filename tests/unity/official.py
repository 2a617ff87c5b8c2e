"""What the official Python client of Unity Catalog reads and writes, as JSON. Runs in an environment of its own.

python official.py URL TOKEN CATALOG
"""

import asyncio
import json
import sys

from unitycatalog.client import (
    ApiClient,
    CatalogsApi,
    Configuration,
    CreateSchema,
    GrantsApi,
    PermissionsChange,
    Privilege,
    SchemasApi,
    SecurableType,
    TablesApi,
    UpdatePermissions,
    UpdateSchema,
)


async def main(url: str, token: str, catalog: str) -> dict:
    found: dict = {}
    async with ApiClient(Configuration(host=url + "/api/2.1/unity-catalog", access_token=token)) as client:
        client.set_default_header("Authorization", f"Bearer {token}")
        catalogs, schemas, tables, grants = (
            CatalogsApi(client),
            SchemasApi(client),
            TablesApi(client),
            GrantsApi(client),
        )
        found["catalog"] = (await catalogs.get_catalog(name=catalog)).to_dict()
        found["schemas"] = [s.to_dict() for s in (await schemas.list_schemas(catalog_name=catalog)).schemas]
        found["tables"] = []
        for schema in found["schemas"]:
            listed = await tables.list_tables(catalog_name=catalog, schema_name=schema["name"])
            found["tables"] += [table.to_dict() for table in listed.tables]
        full = ".".join(found["tables"][0][part] for part in ("catalog_name", "schema_name", "name"))
        found["table"] = (await tables.get_table(full_name=full)).to_dict()

        made = CreateSchema(name="by_the_official_client", catalog_name=catalog, properties={"theirs": "yes"})
        await schemas.create_schema(create_schema=made)
        update = UpdateSchema(comment="changed")
        name = f"{catalog}.by_the_official_client"
        found["updated"] = (await schemas.update_schema(full_name=name, update_schema=update)).to_dict()
        change = PermissionsChange(principal="ann@example.com", add=[Privilege.MODIFY], remove=[])
        await grants.update(SecurableType.TABLE, full, UpdatePermissions(changes=[change]))
        found["grants"] = (await grants.get(SecurableType.TABLE, full)).to_dict()
        await schemas.delete_schema(full_name=name)
    return found


json.dump(asyncio.run(main(*sys.argv[1:])), sys.stdout, default=str)
