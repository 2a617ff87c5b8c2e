-- ========== dbt build ==========

-- (of no node)
SELECT
  table_name,
  if(table_type IN ('EXTERNAL', 'MANAGED', 'MANAGED_SHALLOW_CLONE', 'EXTERNAL_SHALLOW_CLONE'), 'table', lower(table_type)) AS table_type,
  lower(data_source_format) AS file_format,
  table_owner,
  if(
    table_type IN (
      'EXTERNAL',
      'MANAGED',
      'MANAGED_SHALLOW_CLONE',
      'EXTERNAL_SHALLOW_CLONE'
    ),
    lower(table_type),
    NULL
  ) AS databricks_table_type
FROM `system`.`information_schema`.`tables`
WHERE table_catalog = 'dev'
  AND table_schema = 'toy';
SELECT
  table_name,
  if(table_type IN ('EXTERNAL', 'MANAGED', 'MANAGED_SHALLOW_CLONE', 'EXTERNAL_SHALLOW_CLONE'), 'table', lower(table_type)) AS table_type,
  lower(data_source_format) AS file_format,
  table_owner,
  if(
    table_type IN (
      'EXTERNAL',
      'MANAGED',
      'MANAGED_SHALLOW_CLONE',
      'EXTERNAL_SHALLOW_CLONE'
    ),
    lower(table_type),
    NULL
  ) AS databricks_table_type
FROM `system`.`information_schema`.`tables`
WHERE table_catalog = 'dev'
  AND table_schema = 'toy_dbt_test__audit';
SHOW SCHEMAS IN `dev`;
create schema if not exists `dev`.`toy_dbt_test__audit`;
create schema if not exists `dev`.`toy`;

-- function.toy.first_people
CREATE OR REPLACE FUNCTION `dev`.`toy`.`first_people` (
    person bigint
)
    RETURNS boolean
    LANGUAGE SQL
    RETURN
    is_account_group_member('admins') or person < 2;

-- function.toy.hide_mail
CREATE OR REPLACE FUNCTION `dev`.`toy`.`hide_mail` (
    value string
)
    RETURNS string
    LANGUAGE SQL
    RETURN
    case when is_account_group_member('readers') then value else concat('***@', split(value, '@')[1]) end;

-- model.toy.all_sales
select * from (
        select id, person_id, amount, sold from `dev`.`toy`.`raw_sales`
    ) as __dbt_sbq
    where false
    limit 0;
create or replace view `dev`.`toy`.`all_sales`
  (
    `id` comment 'which',
	`person_id`,
	`amount`,
	`sold`
  )
  as (
    select id, person_id, amount, sold from `dev`.`toy`.`raw_sales`
  );
show grants on `dev`.`toy`.`all_sales`;
grant select on `dev`.`toy`.`all_sales` to `analysts`;

-- model.toy.appended
create or replace temporary view `appended__dbt_tmp` as
      select id, amount from `dev`.`toy`.`all_sales`;
DESCRIBE TABLE EXTENDED `appended__dbt_tmp` AS JSON;
SELECT
    table_catalog,
    table_schema,
    table_name,
    filter_name,
    target_columns
  FROM `dev`.`information_schema`.`row_filters`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'appended';
create or replace table `dev`.`toy`.`appended`
  (
      `id` bigint,
      `amount` double
  )
    using delta;
insert into `dev`.`toy`.`appended` by name select * from `appended__dbt_tmp`;

-- model.toy.deleted
create or replace temporary view `deleted__dbt_tmp` as
      select id, amount from `dev`.`toy`.`all_sales`;
DESCRIBE TABLE EXTENDED `deleted__dbt_tmp` AS JSON;
SELECT
    table_catalog,
    table_schema,
    table_name,
    filter_name,
    target_columns
  FROM `dev`.`information_schema`.`row_filters`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'deleted';
create or replace table `dev`.`toy`.`deleted`
  (
      `id` bigint,
      `amount` double
  )
    using delta;
insert into `dev`.`toy`.`deleted` by name select * from `deleted__dbt_tmp`;

-- model.toy.overwritten
create or replace temporary view `overwritten__dbt_tmp` as
      select id, amount from `dev`.`toy`.`all_sales`;
DESCRIBE TABLE EXTENDED `overwritten__dbt_tmp` AS JSON;
SELECT
    table_catalog,
    table_schema,
    table_name,
    filter_name,
    target_columns
  FROM `dev`.`information_schema`.`row_filters`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'overwritten';
create or replace table `dev`.`toy`.`overwritten`
  (
      `id` bigint,
      `amount` double
  )
    using delta;
insert into `dev`.`toy`.`overwritten` by name select * from `overwritten__dbt_tmp`;

-- model.toy.people
create or replace temporary view `people__dbt_tmp` as
      -- depends_on: `dev`.`toy`.`hide_mail`
select cast(id as bigint) as id, name, mail  from `dev`.`toy`.`raw_people`;
DESCRIBE TABLE EXTENDED `people__dbt_tmp` AS JSON;
select * from (
        -- depends_on: `dev`.`toy`.`hide_mail`
select cast(id as bigint) as id, name, mail  from `dev`.`toy`.`raw_people`
    ) as __dbt_sbq
    where false
    limit 0;
select * from (
        select
    cast(null as bigint)
 as id,
    cast(null as string)
 as name,
    cast(null as string)
 as mail
    ) as __dbt_sbq
    where false
    limit 0;
SELECT
    table_catalog,
    table_schema,
    table_name,
    filter_name,
    target_columns
  FROM `dev`.`information_schema`.`row_filters`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'people';
create or replace table `dev`.`toy`.`people`
  (
      `id` bigint NOT NULL COMMENT 'whose',
      `name` string,
      `mail` string MASK hide_mail,
      CONSTRAINT pk_people PRIMARY KEY (id)
  )
    using delta
  comment 'It\'s "people", \ one row each'
    tblproperties ('p' = '1'
    );
ALTER TABLE `dev`.`toy`.`people` SET TAGS (
    'domain' = 'people'
  );
ALTER TABLE `dev`.`toy`.`people`
  ALTER COLUMN `mail`
  SET TAGS ('pii' = 'mail');
insert into `dev`.`toy`.`people` by name select * from `people__dbt_tmp`;

-- model.toy.replaced
create or replace temporary view `replaced__dbt_tmp` as
      select id, amount from `dev`.`toy`.`all_sales`;
DESCRIBE TABLE EXTENDED `replaced__dbt_tmp` AS JSON;
SELECT
    table_catalog,
    table_schema,
    table_name,
    filter_name,
    target_columns
  FROM `dev`.`information_schema`.`row_filters`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'replaced';
create or replace table `dev`.`toy`.`replaced`
  (
      `id` bigint,
      `amount` double
  )
    using delta;
insert into `dev`.`toy`.`replaced` by name select * from `replaced__dbt_tmp`;

-- model.toy.sales
create or replace temporary view `sales__dbt_tmp` as
      -- depends_on: `dev`.`toy`.`first_people`
select cast(id as bigint) as id, cast(person_id as bigint) as person_id, cast(amount as decimal(10, 2)) as amount, sold
from `dev`.`toy`.`raw_sales`;
DESCRIBE TABLE EXTENDED `sales__dbt_tmp` AS JSON;
create or replace table `dev`.`toy`.`sales`
  (
      `id` bigint,
      `person_id` bigint,
      `amount` decimal(10, 2),
      `sold` date
  )
    using delta
  WITH ROW FILTER `dev`.`toy`.`first_people` ON (`person_id`);
insert into `dev`.`toy`.`sales` by name select * from `sales__dbt_tmp`;

-- model.toy.totals
create or replace temporary view `totals__dbt_tmp` as
      select person_id, sum(amount) as total from `dev`.`toy`.`all_sales` group by all LIMIT 10;
DESCRIBE TABLE EXTENDED `totals__dbt_tmp` AS JSON;
SELECT
    table_catalog,
    table_schema,
    table_name,
    filter_name,
    target_columns
  FROM `dev`.`information_schema`.`row_filters`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'totals';
create or replace materialized view `dev`.`toy`.`totals`
  (
      `person_id` bigint,
      `total` double
  )
  as
    select person_id, sum(amount) as total from `dev`.`toy`.`all_sales` group by all;

-- seed.toy.raw_people
create  table `dev`.`toy`.`raw_people` (`id` bigint ,`name` string ,`mail` string ,`joined` date )
    using delta;

-- seed.toy.raw_sales
create  table `dev`.`toy`.`raw_sales` (`id` bigint ,`person_id` bigint ,`amount` double ,`sold` date )
    using delta;

-- snapshot.toy.people_before
SELECT
    table_catalog,
    table_schema,
    table_name,
    filter_name,
    target_columns
  FROM `dev`.`information_schema`.`row_filters`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'people_before';
select * from (
        select *,
        md5(coalesce(cast(id as string ), '')
         || '|' || coalesce(cast(
    current_timestamp()
 as string ), '')
        ) as dbt_scd_id,
    current_timestamp()
 as dbt_updated_at,
    current_timestamp()
 as dbt_valid_from,
  coalesce(nullif(
    current_timestamp()
,
    current_timestamp()
), null)
  as dbt_valid_to
    from (
        select * from `dev`.`toy`.`people`
    ) sbq
    ) as __dbt_sbq
    where false
    limit 0;
select * from (
        select
    current_timestamp()
 as dbt_snapshot_time
    ) as __dbt_sbq
    where false
    limit 0;
create or replace table `dev`.`toy`.`people_before`
    using delta
      as
      select *,
        md5(coalesce(cast(id as string ), '')
         || '|' || coalesce(cast(
    current_timestamp()
 as string ), '')
        ) as dbt_scd_id,
    current_timestamp()
 as dbt_updated_at,
    current_timestamp()
 as dbt_valid_from,
  coalesce(nullif(
    current_timestamp()
,
    current_timestamp()
), null)
  as dbt_valid_to
    from (
        select * from `dev`.`toy`.`people`
    ) sbq;

-- test.toy.not_null_people_id.213240d336
select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select id
from `dev`.`toy`.`people`
where id is null
    ) dbt_internal_test;

-- test.toy.not_null_people_mail.64beb9f9db
SELECT
    table_catalog,
    table_schema,
    table_name,
    filter_name,
    target_columns
  FROM `dev`.`information_schema`.`row_filters`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy_dbt_test__audit'
    AND table_name = 'not_null_people_mail';
create or replace table `dev`.`toy_dbt_test__audit`.`not_null_people_mail`
    using delta
      as
select *
from `dev`.`toy`.`people`
where mail is null;
select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
        select *
        from `dev`.`toy_dbt_test__audit`.`not_null_people_mail`
    ) dbt_internal_test;

-- test.toy.relationships_sales_person_id__id__ref_people_.feb5413b9b
select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
with child as (
    select person_id as from_field
    from `dev`.`toy`.`sales`
    where person_id is not null
),
parent as (
    select id as to_field
    from `dev`.`toy`.`people`
)
select
    from_field
from child
left join parent
    on child.from_field = parent.to_field
where parent.to_field is null
    ) dbt_internal_test;

-- test.toy.unique_all_sales_id.7dfb4bc0c9
select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select
    id as unique_field,
    count(*) as n_records
from `dev`.`toy`.`all_sales`
where id is not null
group by id
having count(*) > 1
    ) dbt_internal_test;

-- test.toy.unique_people_id.ab01dd072f
select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
select
    id as unique_field,
    count(*) as n_records
from `dev`.`toy`.`people`
where id is not null
group by id
having count(*) > 1
    ) dbt_internal_test;

-- unit_test.toy.totals.totals_add_up
DESCRIBE TABLE EXTENDED `dev`.`toy`.`all_sales` AS JSON;
create or replace temporary view `totals_add_up__dbt_tmp` as
      select * from (
with __dbt__cte__all_sales as (
-- Fixture for all_sales
select cast(null as bigint) as `id`, cast(1 as bigint)
 as `person_id`, cast(1.5 as double)
 as `amount`, cast(null as date) as `sold`
union all
select cast(null as bigint) as `id`, cast(1 as bigint)
 as `person_id`, cast(2 as double)
 as `amount`, cast(null as date) as `sold`
) select person_id, sum(amount) as total from __dbt__cte__all_sales group by all
    ) as __dbt_sbq
    where false
    limit 0;
DESCRIBE TABLE EXTENDED `totals_add_up__dbt_tmp` AS JSON;
-- Build actual result given inputs
with dbt_internal_unit_test_actual as (
  select
    `person_id`,`total`, 'actual' as `actual_or_expected`
  from (
with __dbt__cte__all_sales as (
-- Fixture for all_sales
select cast(null as bigint) as `id`, cast(1 as bigint)
 as `person_id`, cast(1.5 as double)
 as `amount`, cast(null as date) as `sold`
union all
select cast(null as bigint) as `id`, cast(1 as bigint)
 as `person_id`, cast(2 as double)
 as `amount`, cast(null as date) as `sold`
) select person_id, sum(amount) as total from __dbt__cte__all_sales group by all
  ) _dbt_internal_unit_test_actual
),
-- Build expected result
dbt_internal_unit_test_expected as (
  select
    `person_id`, `total`, 'expected' as `actual_or_expected`
  from (
    select cast(1 as bigint)
 as `person_id`, cast(3.5 as double)
 as `total`
  ) _dbt_internal_unit_test_expected
)
-- Union actual and expected results
select * from dbt_internal_unit_test_actual
union all
select * from dbt_internal_unit_test_expected;
DROP VIEW IF EXISTS `totals_add_up__dbt_tmp`;

-- ========== dbt build, with a column more ==========

-- (of no node)
SELECT
  table_name,
  if(table_type IN ('EXTERNAL', 'MANAGED', 'MANAGED_SHALLOW_CLONE', 'EXTERNAL_SHALLOW_CLONE'), 'table', lower(table_type)) AS table_type,
  lower(data_source_format) AS file_format,
  table_owner,
  if(
    table_type IN (
      'EXTERNAL',
      'MANAGED',
      'MANAGED_SHALLOW_CLONE',
      'EXTERNAL_SHALLOW_CLONE'
    ),
    lower(table_type),
    NULL
  ) AS databricks_table_type
FROM `system`.`information_schema`.`tables`
WHERE table_catalog = 'dev'
  AND table_schema = 'toy';
SELECT
  table_name,
  if(table_type IN ('EXTERNAL', 'MANAGED', 'MANAGED_SHALLOW_CLONE', 'EXTERNAL_SHALLOW_CLONE'), 'table', lower(table_type)) AS table_type,
  lower(data_source_format) AS file_format,
  table_owner,
  if(
    table_type IN (
      'EXTERNAL',
      'MANAGED',
      'MANAGED_SHALLOW_CLONE',
      'EXTERNAL_SHALLOW_CLONE'
    ),
    lower(table_type),
    NULL
  ) AS databricks_table_type
FROM `system`.`information_schema`.`tables`
WHERE table_catalog = 'dev'
  AND table_schema = 'toy_dbt_test__audit';
SHOW SCHEMAS IN `dev`;

-- model.toy.all_sales
describe extended `dev`.`toy`.`all_sales`;
select * from (
        select id, person_id, amount, sold from `dev`.`toy`.`raw_sales`
    ) as __dbt_sbq
    where false
    limit 0;
create or replace view `dev`.`toy`.`all_sales`
  (
    `id` comment 'which',
	`person_id`,
	`amount`,
	`sold`
  )
  as (
    select id, person_id, amount, sold from `dev`.`toy`.`raw_sales`
  );
show grants on `dev`.`toy`.`all_sales`;
grant select on `dev`.`toy`.`all_sales` to `analysts`;

-- model.toy.appended
create or replace temporary view `appended__dbt_tmp` as
      select id, amount from `dev`.`toy`.`all_sales`;
SELECT column_name
  FROM `dev`.`information_schema`.`columns`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'appended'
    AND is_nullable = 'NO';
SELECT kcu.constraint_name, kcu.column_name
  FROM `dev`.information_schema.key_column_usage kcu
  WHERE kcu.table_catalog = 'dev'
    AND kcu.table_schema = 'toy'
    AND kcu.table_name = 'appended'
    AND kcu.constraint_name = (
      SELECT constraint_name
      FROM `dev`.information_schema.table_constraints
      WHERE table_catalog = 'dev'
        AND table_schema = 'toy'
        AND table_name = 'appended'
        AND constraint_type = 'PRIMARY KEY'
    )
  ORDER BY kcu.ordinal_position;
SELECT
    kcu.constraint_name,
    kcu.column_name AS from_column,
    ukcu.table_catalog AS to_catalog,
    ukcu.table_schema AS to_schema,
    ukcu.table_name AS to_table,
    ukcu.column_name AS to_column
  FROM `dev`.information_schema.key_column_usage kcu
  JOIN `dev`.information_schema.referential_constraints rc
    ON kcu.constraint_catalog = rc.constraint_catalog
    AND kcu.constraint_schema = rc.constraint_schema
    AND kcu.constraint_name = rc.constraint_name
  JOIN `dev`.information_schema.key_column_usage ukcu
    ON rc.unique_constraint_catalog = ukcu.constraint_catalog
    AND rc.unique_constraint_schema = ukcu.constraint_schema
    AND rc.unique_constraint_name = ukcu.constraint_name
    AND kcu.ordinal_position = ukcu.ordinal_position
  WHERE kcu.table_catalog = 'dev'
    AND kcu.table_schema = 'toy'
    AND kcu.table_name = 'appended'
    AND kcu.constraint_name IN (
      SELECT constraint_name
      FROM `dev`.information_schema.table_constraints
      WHERE table_catalog = 'dev'
        AND table_schema = 'toy'
        AND table_name = 'appended'
        AND constraint_type = 'FOREIGN KEY'
    )
  ORDER BY kcu.ordinal_position;
SELECT
    column_name,
    mask_name,
    using_columns
  FROM `system`.`information_schema`.`column_masks`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'appended';
SELECT
    table_catalog,
    table_schema,
    table_name,
    filter_name,
    target_columns
  FROM `dev`.`information_schema`.`row_filters`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'appended';
SHOW TBLPROPERTIES `dev`.`toy`.`appended`;
describe extended `dev`.`toy`.`appended`;
DESCRIBE TABLE EXTENDED `appended__dbt_tmp` AS JSON;
DESCRIBE TABLE EXTENDED `dev`.`toy`.`appended` AS JSON;
insert into `dev`.`toy`.`appended` by name
            select * from `appended__dbt_tmp`;

-- model.toy.deleted
create or replace temporary view `deleted__dbt_tmp` as
      select id, amount from `dev`.`toy`.`all_sales`;
SELECT column_name
  FROM `dev`.`information_schema`.`columns`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'deleted'
    AND is_nullable = 'NO';
SELECT kcu.constraint_name, kcu.column_name
  FROM `dev`.information_schema.key_column_usage kcu
  WHERE kcu.table_catalog = 'dev'
    AND kcu.table_schema = 'toy'
    AND kcu.table_name = 'deleted'
    AND kcu.constraint_name = (
      SELECT constraint_name
      FROM `dev`.information_schema.table_constraints
      WHERE table_catalog = 'dev'
        AND table_schema = 'toy'
        AND table_name = 'deleted'
        AND constraint_type = 'PRIMARY KEY'
    )
  ORDER BY kcu.ordinal_position;
SELECT
    kcu.constraint_name,
    kcu.column_name AS from_column,
    ukcu.table_catalog AS to_catalog,
    ukcu.table_schema AS to_schema,
    ukcu.table_name AS to_table,
    ukcu.column_name AS to_column
  FROM `dev`.information_schema.key_column_usage kcu
  JOIN `dev`.information_schema.referential_constraints rc
    ON kcu.constraint_catalog = rc.constraint_catalog
    AND kcu.constraint_schema = rc.constraint_schema
    AND kcu.constraint_name = rc.constraint_name
  JOIN `dev`.information_schema.key_column_usage ukcu
    ON rc.unique_constraint_catalog = ukcu.constraint_catalog
    AND rc.unique_constraint_schema = ukcu.constraint_schema
    AND rc.unique_constraint_name = ukcu.constraint_name
    AND kcu.ordinal_position = ukcu.ordinal_position
  WHERE kcu.table_catalog = 'dev'
    AND kcu.table_schema = 'toy'
    AND kcu.table_name = 'deleted'
    AND kcu.constraint_name IN (
      SELECT constraint_name
      FROM `dev`.information_schema.table_constraints
      WHERE table_catalog = 'dev'
        AND table_schema = 'toy'
        AND table_name = 'deleted'
        AND constraint_type = 'FOREIGN KEY'
    )
  ORDER BY kcu.ordinal_position;
SELECT
    column_name,
    mask_name,
    using_columns
  FROM `system`.`information_schema`.`column_masks`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'deleted';
SELECT
    table_catalog,
    table_schema,
    table_name,
    filter_name,
    target_columns
  FROM `dev`.`information_schema`.`row_filters`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'deleted';
SHOW TBLPROPERTIES `dev`.`toy`.`deleted`;
describe extended `dev`.`toy`.`deleted`;
DESCRIBE TABLE EXTENDED `dev`.`toy`.`deleted` AS JSON;
insert into table `dev`.`toy`.`deleted` as target
replace on (target.`id` <=> temp.`id`)
(select `id`, `amount`
   from `deleted__dbt_tmp` ) as temp;

-- model.toy.overwritten
create or replace temporary view `overwritten__dbt_tmp` as
      select id, amount from `dev`.`toy`.`all_sales`;
SELECT column_name
  FROM `dev`.`information_schema`.`columns`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'overwritten'
    AND is_nullable = 'NO';
SELECT kcu.constraint_name, kcu.column_name
  FROM `dev`.information_schema.key_column_usage kcu
  WHERE kcu.table_catalog = 'dev'
    AND kcu.table_schema = 'toy'
    AND kcu.table_name = 'overwritten'
    AND kcu.constraint_name = (
      SELECT constraint_name
      FROM `dev`.information_schema.table_constraints
      WHERE table_catalog = 'dev'
        AND table_schema = 'toy'
        AND table_name = 'overwritten'
        AND constraint_type = 'PRIMARY KEY'
    )
  ORDER BY kcu.ordinal_position;
SELECT
    kcu.constraint_name,
    kcu.column_name AS from_column,
    ukcu.table_catalog AS to_catalog,
    ukcu.table_schema AS to_schema,
    ukcu.table_name AS to_table,
    ukcu.column_name AS to_column
  FROM `dev`.information_schema.key_column_usage kcu
  JOIN `dev`.information_schema.referential_constraints rc
    ON kcu.constraint_catalog = rc.constraint_catalog
    AND kcu.constraint_schema = rc.constraint_schema
    AND kcu.constraint_name = rc.constraint_name
  JOIN `dev`.information_schema.key_column_usage ukcu
    ON rc.unique_constraint_catalog = ukcu.constraint_catalog
    AND rc.unique_constraint_schema = ukcu.constraint_schema
    AND rc.unique_constraint_name = ukcu.constraint_name
    AND kcu.ordinal_position = ukcu.ordinal_position
  WHERE kcu.table_catalog = 'dev'
    AND kcu.table_schema = 'toy'
    AND kcu.table_name = 'overwritten'
    AND kcu.constraint_name IN (
      SELECT constraint_name
      FROM `dev`.information_schema.table_constraints
      WHERE table_catalog = 'dev'
        AND table_schema = 'toy'
        AND table_name = 'overwritten'
        AND constraint_type = 'FOREIGN KEY'
    )
  ORDER BY kcu.ordinal_position;
SELECT
    column_name,
    mask_name,
    using_columns
  FROM `system`.`information_schema`.`column_masks`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'overwritten';
SELECT
    table_catalog,
    table_schema,
    table_name,
    filter_name,
    target_columns
  FROM `dev`.`information_schema`.`row_filters`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'overwritten';
SHOW TBLPROPERTIES `dev`.`toy`.`overwritten`;
describe extended `dev`.`toy`.`overwritten`;
insert overwrite table `dev`.`toy`.`overwritten` by name
        select * from `overwritten__dbt_tmp`;

-- model.toy.people
create or replace temporary view `people__dbt_tmp` as
      -- depends_on: `dev`.`toy`.`hide_mail`
select cast(id as bigint) as id, name, mail , 1 as extra from `dev`.`toy`.`raw_people`;
DESCRIBE TABLE EXTENDED `people__dbt_tmp` AS JSON;
DESCRIBE TABLE EXTENDED `dev`.`toy`.`people` AS JSON;
ALTER TABLE `dev`.`toy`.`people` ADD COLUMNS (`extra` int);
SELECT tag_name, tag_value
  FROM `system`.`information_schema`.`table_tags`
  WHERE catalog_name = 'dev'
    AND schema_name = 'toy'
    AND table_name = 'people';
SELECT
    column_name,
    tag_name,
    tag_value
  FROM `system`.`information_schema`.`column_tags`
  WHERE catalog_name = 'dev'
    AND schema_name = 'toy'
    AND table_name = 'people';
SELECT column_name
  FROM `dev`.`information_schema`.`columns`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'people'
    AND is_nullable = 'NO';
SELECT kcu.constraint_name, kcu.column_name
  FROM `dev`.information_schema.key_column_usage kcu
  WHERE kcu.table_catalog = 'dev'
    AND kcu.table_schema = 'toy'
    AND kcu.table_name = 'people'
    AND kcu.constraint_name = (
      SELECT constraint_name
      FROM `dev`.information_schema.table_constraints
      WHERE table_catalog = 'dev'
        AND table_schema = 'toy'
        AND table_name = 'people'
        AND constraint_type = 'PRIMARY KEY'
    )
  ORDER BY kcu.ordinal_position;
SELECT
    kcu.constraint_name,
    kcu.column_name AS from_column,
    ukcu.table_catalog AS to_catalog,
    ukcu.table_schema AS to_schema,
    ukcu.table_name AS to_table,
    ukcu.column_name AS to_column
  FROM `dev`.information_schema.key_column_usage kcu
  JOIN `dev`.information_schema.referential_constraints rc
    ON kcu.constraint_catalog = rc.constraint_catalog
    AND kcu.constraint_schema = rc.constraint_schema
    AND kcu.constraint_name = rc.constraint_name
  JOIN `dev`.information_schema.key_column_usage ukcu
    ON rc.unique_constraint_catalog = ukcu.constraint_catalog
    AND rc.unique_constraint_schema = ukcu.constraint_schema
    AND rc.unique_constraint_name = ukcu.constraint_name
    AND kcu.ordinal_position = ukcu.ordinal_position
  WHERE kcu.table_catalog = 'dev'
    AND kcu.table_schema = 'toy'
    AND kcu.table_name = 'people'
    AND kcu.constraint_name IN (
      SELECT constraint_name
      FROM `dev`.information_schema.table_constraints
      WHERE table_catalog = 'dev'
        AND table_schema = 'toy'
        AND table_name = 'people'
        AND constraint_type = 'FOREIGN KEY'
    )
  ORDER BY kcu.ordinal_position;
SELECT
    column_name,
    mask_name,
    using_columns
  FROM `system`.`information_schema`.`column_masks`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'people';
SELECT
    table_catalog,
    table_schema,
    table_name,
    filter_name,
    target_columns
  FROM `dev`.`information_schema`.`row_filters`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'people';
SHOW TBLPROPERTIES `dev`.`toy`.`people`;
describe extended `dev`.`toy`.`people`;
COMMENT ON TABLE `dev`.`toy`.`people` IS 'It\'s "people", \ one row each';
ALTER TABLE `dev`.`toy`.`people`
  ALTER COLUMN `mail`
  SET MASK `dev`.`toy`.`hide_mail`;
DESCRIBE TABLE EXTENDED `dev`.`toy`.`people` AS JSON;
DESCRIBE TABLE EXTENDED `people__dbt_tmp` AS JSON;
-- back compat for old kwarg name
    merge
    into
        `dev`.`toy`.`people` as DBT_INTERNAL_DEST
    using
        `people__dbt_tmp` as DBT_INTERNAL_SOURCE
    on
              DBT_INTERNAL_SOURCE.`id` <=> DBT_INTERNAL_DEST.`id`
    when matched
        then update set
            `id` = DBT_INTERNAL_SOURCE.`id`, `name` = DBT_INTERNAL_SOURCE.`name`, `mail` = DBT_INTERNAL_SOURCE.`mail`, `extra` = DBT_INTERNAL_SOURCE.`extra`
    when not matched
        then insert
            (`id`, `name`, `mail`, `extra`) VALUES (DBT_INTERNAL_SOURCE.`id`, DBT_INTERNAL_SOURCE.`name`, DBT_INTERNAL_SOURCE.`mail`, DBT_INTERNAL_SOURCE.`extra`);

-- model.toy.replaced
create or replace temporary view `replaced__dbt_tmp` as
      select id, amount from `dev`.`toy`.`all_sales`  where id > 10;
SELECT column_name
  FROM `dev`.`information_schema`.`columns`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'replaced'
    AND is_nullable = 'NO';
SELECT kcu.constraint_name, kcu.column_name
  FROM `dev`.information_schema.key_column_usage kcu
  WHERE kcu.table_catalog = 'dev'
    AND kcu.table_schema = 'toy'
    AND kcu.table_name = 'replaced'
    AND kcu.constraint_name = (
      SELECT constraint_name
      FROM `dev`.information_schema.table_constraints
      WHERE table_catalog = 'dev'
        AND table_schema = 'toy'
        AND table_name = 'replaced'
        AND constraint_type = 'PRIMARY KEY'
    )
  ORDER BY kcu.ordinal_position;
SELECT
    kcu.constraint_name,
    kcu.column_name AS from_column,
    ukcu.table_catalog AS to_catalog,
    ukcu.table_schema AS to_schema,
    ukcu.table_name AS to_table,
    ukcu.column_name AS to_column
  FROM `dev`.information_schema.key_column_usage kcu
  JOIN `dev`.information_schema.referential_constraints rc
    ON kcu.constraint_catalog = rc.constraint_catalog
    AND kcu.constraint_schema = rc.constraint_schema
    AND kcu.constraint_name = rc.constraint_name
  JOIN `dev`.information_schema.key_column_usage ukcu
    ON rc.unique_constraint_catalog = ukcu.constraint_catalog
    AND rc.unique_constraint_schema = ukcu.constraint_schema
    AND rc.unique_constraint_name = ukcu.constraint_name
    AND kcu.ordinal_position = ukcu.ordinal_position
  WHERE kcu.table_catalog = 'dev'
    AND kcu.table_schema = 'toy'
    AND kcu.table_name = 'replaced'
    AND kcu.constraint_name IN (
      SELECT constraint_name
      FROM `dev`.information_schema.table_constraints
      WHERE table_catalog = 'dev'
        AND table_schema = 'toy'
        AND table_name = 'replaced'
        AND constraint_type = 'FOREIGN KEY'
    )
  ORDER BY kcu.ordinal_position;
SELECT
    column_name,
    mask_name,
    using_columns
  FROM `system`.`information_schema`.`column_masks`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'replaced';
SELECT
    table_catalog,
    table_schema,
    table_name,
    filter_name,
    target_columns
  FROM `dev`.`information_schema`.`row_filters`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'replaced';
SHOW TBLPROPERTIES `dev`.`toy`.`replaced`;
describe extended `dev`.`toy`.`replaced`;
INSERT INTO `dev`.`toy`.`replaced` BY NAME
 REPLACE WHERE id > 10
 TABLE `replaced__dbt_tmp`;

-- model.toy.sales
create or replace temporary view `sales__dbt_tmp` as
      -- depends_on: `dev`.`toy`.`first_people`
select cast(id as bigint) as id, cast(person_id as bigint) as person_id, cast(amount as decimal(10, 2)) as amount, sold
from `dev`.`toy`.`raw_sales`;
DESCRIBE TABLE EXTENDED `sales__dbt_tmp` AS JSON;
create or replace table `dev`.`toy`.`sales`
  (
      `id` bigint,
      `person_id` bigint,
      `amount` decimal(10, 2),
      `sold` date
  )
    using delta
  WITH ROW FILTER `dev`.`toy`.`first_people` ON (`person_id`);
insert into `dev`.`toy`.`sales` by name select * from `sales__dbt_tmp`;

-- model.toy.totals
describe extended `dev`.`toy`.`totals`;
SELECT *
FROM `system`.`information_schema`.`views`
WHERE table_catalog = 'dev'
  AND table_schema = 'toy'
  AND table_name = 'totals';
SELECT
    table_catalog,
    table_schema,
    table_name,
    filter_name,
    target_columns
  FROM `dev`.`information_schema`.`row_filters`
  WHERE table_catalog = 'dev'
    AND table_schema = 'toy'
    AND table_name = 'totals';
SHOW TBLPROPERTIES `dev`.`toy`.`totals`;
refresh materialized view `dev`.`toy`.`totals`;

-- snapshot.toy.people_before
select * from (
        select name from (
                select * from `dev`.`toy`.`people`
            ) subq
    ) as __dbt_sbq
    where false
    limit 0;
DESCRIBE TABLE EXTENDED `dev`.`toy`.`people_before` AS JSON;
DESCRIBE TABLE EXTENDED `dev`.`toy`.`people_before` AS JSON;
create or replace temporary view `people_before__dbt_tmp` as
    with snapshot_query as (
        select * from `dev`.`toy`.`people`
    ),
    snapshotted_data as (
        select *,
        id as dbt_unique_key
        from `dev`.`toy`.`people_before`
        where
                dbt_valid_to is null
    ),
    insertions_source_data as (
        select *,
        id as dbt_unique_key
,
    current_timestamp()
 as dbt_updated_at,
    current_timestamp()
 as dbt_valid_from,
  coalesce(nullif(
    current_timestamp()
,
    current_timestamp()
), null)
  as dbt_valid_to
,
            md5(coalesce(cast(id as string ), '')
         || '|' || coalesce(cast(
    current_timestamp()
 as string ), '')
        ) as dbt_scd_id
        from snapshot_query
    ),
    updates_source_data as (
        select *,
        id as dbt_unique_key
,
    current_timestamp()
 as dbt_updated_at,
    current_timestamp()
 as dbt_valid_from,
    current_timestamp()
 as dbt_valid_to
        from snapshot_query
    ),
    insertions as (
        select
            'insert' as dbt_change_type,
            source_data.*
        from insertions_source_data as source_data
        left outer join snapshotted_data
            on
        snapshotted_data.dbt_unique_key = source_data.dbt_unique_key
            where
        snapshotted_data.dbt_unique_key is null
            or (
        snapshotted_data.dbt_unique_key is not null
 and (
                (snapshotted_data.`name` != source_data.`name`
        or
        (
            ((snapshotted_data.`name` is null) and not (source_data.`name` is null))
            or
            ((not snapshotted_data.`name` is null) and (source_data.`name` is null))
        ))
            )
        )
    ),
    updates as (
        select
            'update' as dbt_change_type,
            source_data.*,
            snapshotted_data.dbt_scd_id
        from updates_source_data as source_data
        join snapshotted_data
            on
        snapshotted_data.dbt_unique_key = source_data.dbt_unique_key
        where (
            (snapshotted_data.`name` != source_data.`name`
        or
        (
            ((snapshotted_data.`name` is null) and not (source_data.`name` is null))
            or
            ((not snapshotted_data.`name` is null) and (source_data.`name` is null))
        ))
        )
    )
    select * from insertions
    union all
    select * from updates;
DESCRIBE TABLE EXTENDED `people_before__dbt_tmp` AS JSON;
DESCRIBE TABLE EXTENDED `dev`.`toy`.`people_before` AS JSON;
DESCRIBE TABLE EXTENDED `people_before__dbt_tmp` AS JSON;
DESCRIBE TABLE EXTENDED `dev`.`toy`.`people_before` AS JSON;
alter table `dev`.`toy`.`people_before` add columns (
            `extra` int
        );
DESCRIBE TABLE EXTENDED `people_before__dbt_tmp` AS JSON;
select * from (
    with snapshot_query as (
        select * from `dev`.`toy`.`people`
    ),
    snapshotted_data as (
        select *,
        id as dbt_unique_key
        from `dev`.`toy`.`people_before`
        where
                dbt_valid_to is null
    ),
    insertions_source_data as (
        select *,
        id as dbt_unique_key
,
    current_timestamp()
 as dbt_updated_at,
    current_timestamp()
 as dbt_valid_from,
  coalesce(nullif(
    current_timestamp()
,
    current_timestamp()
), null)
  as dbt_valid_to
,
            md5(coalesce(cast(id as string ), '')
         || '|' || coalesce(cast(
    current_timestamp()
 as string ), '')
        ) as dbt_scd_id
        from snapshot_query
    ),
    updates_source_data as (
        select *,
        id as dbt_unique_key
,
    current_timestamp()
 as dbt_updated_at,
    current_timestamp()
 as dbt_valid_from,
    current_timestamp()
 as dbt_valid_to
        from snapshot_query
    ),
    insertions as (
        select
            'insert' as dbt_change_type,
            source_data.*
        from insertions_source_data as source_data
        left outer join snapshotted_data
            on
        snapshotted_data.dbt_unique_key = source_data.dbt_unique_key
            where
        snapshotted_data.dbt_unique_key is null
            or (
        snapshotted_data.dbt_unique_key is not null
 and (
                (snapshotted_data.`name` != source_data.`name`
        or
        (
            ((snapshotted_data.`name` is null) and not (source_data.`name` is null))
            or
            ((not snapshotted_data.`name` is null) and (source_data.`name` is null))
        ))
            )
        )
    ),
    updates as (
        select
            'update' as dbt_change_type,
            source_data.*,
            snapshotted_data.dbt_scd_id
        from updates_source_data as source_data
        join snapshotted_data
            on
        snapshotted_data.dbt_unique_key = source_data.dbt_unique_key
        where (
            (snapshotted_data.`name` != source_data.`name`
        or
        (
            ((snapshotted_data.`name` is null) and not (source_data.`name` is null))
            or
            ((not snapshotted_data.`name` is null) and (source_data.`name` is null))
        ))
        )
    )
    select * from insertions
    union all
    select * from updates
    ) as __dbt_sbq
    where false
    limit 0;
select * from (
        select
    current_timestamp()
 as dbt_snapshot_time
    ) as __dbt_sbq
    where false
    limit 0;
merge into `dev`.`toy`.`people_before` as DBT_INTERNAL_DEST
        using `people_before__dbt_tmp` as DBT_INTERNAL_SOURCE
    on DBT_INTERNAL_SOURCE.`dbt_scd_id` = DBT_INTERNAL_DEST.`dbt_scd_id`
    when matched
        and DBT_INTERNAL_DEST.`dbt_valid_to` is null
        and DBT_INTERNAL_SOURCE.`dbt_change_type` in ('update', 'delete')
        then update
        set `dbt_valid_to` = DBT_INTERNAL_SOURCE.`dbt_valid_to`
    when not matched
        and DBT_INTERNAL_SOURCE.`dbt_change_type` = 'insert'
        then insert (`id`, `name`, `mail`, `extra`, `dbt_updated_at`, `dbt_valid_from`, `dbt_valid_to`, `dbt_scd_id`)
        values (`id`, `name`, `mail`, `extra`, `dbt_updated_at`, `dbt_valid_from`, `dbt_valid_to`, `dbt_scd_id`);
DROP VIEW IF EXISTS `people_before__dbt_tmp`;
