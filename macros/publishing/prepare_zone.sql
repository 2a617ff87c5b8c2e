{% macro prepare_zone(zone) %}
  {{ return(adapter.dispatch('prepare_zone', 'meshport')(zone)) }}
{% endmacro %}

{% macro duckdb__prepare_zone(zone) %}
  {% set database = meshport.duckdb__identifiers([zone.database]) | first %}
  {% set steps = [] %}
  {% for schema in meshport.duckdb__identifiers(zone.schemas + ['meshport']) %}
    {% do steps.append(['create schema ' ~ schema, 'create schema if not exists ' ~ database ~ '.' ~ schema]) %}
  {% endfor %}
  {% do steps.append(['create the table of tags',
    'create table if not exists ' ~ database ~ '.meshport.tags (schema_name varchar, relation varchar, '
    ~ 'column_name varchar, key varchar, value varchar, primary key (schema_name, relation, column_name, key))'
  ]) %}
  {% do steps.append(['create the table of properties',
    'create table if not exists ' ~ database ~ '.meshport.properties (schema_name varchar, relation varchar, '
    ~ 'key varchar, value varchar, primary key (schema_name, relation, key))'
  ]) %}
  {{ return(meshport.statements(steps)) }}
{% endmacro %}

{% macro databricks__prepare_zone(zone) %}
  {% set places = [] %}
  {% for schema in zone.schemas + ['meshport'] %}
    {% do places.append([zone.database, schema]) %}
  {% endfor %}
  {% for database in zone.internal or [] if database != zone.database %}
    {% do places.append([database, 'meshport']) %}
  {% endfor %}
  {% set steps = [] %}
  {% for place in places %}
    {% set name = meshport.databricks__identifiers(place) | join('.') %}
    {% do steps.append(['create schema ' ~ name, 'create schema if not exists ' ~ name]) %}
  {% endfor %}
  {% for function in zone.functions or [] %}
    {% do steps.append(['create the function ' ~ function.function.identifier, meshport.databricks__create_function(function)]) %}
  {% endfor %}
  {{ return(meshport.statements(steps)) }}
{% endmacro %}

{% macro default__prepare_zone(zone) %}
  {{ return(meshport.no_body('prepare_zone')) }}
{% endmacro %}
