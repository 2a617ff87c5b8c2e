{% macro read_tags(zone) %}
  {{ return(adapter.dispatch('read_tags', 'meshport')(zone)) }}
{% endmacro %}

{% macro duckdb__read_tags(zone) %}
  {{ return([] if not zone.schemas else meshport.statements([['read tags',
    "select schema_name, relation, nullif(column_name, '') as column_name, key, value from "
    ~ (meshport.duckdb__identifiers([zone.database]) | first) ~ '.meshport.tags where schema_name in ('
    ~ (meshport.duckdb__literals(zone.schemas) | join(', ')) ~ ') order by all'
  ]], expect='rows')) }}
{% endmacro %}

{# What meshport writes of itself are tags too, and nobody's but its own. #}
{% macro databricks__read_tags(zone) %}
  {% set catalog = (meshport.databricks__identifiers([zone.database]) | first) ~ '.information_schema' %}
  {% set schemas = [] %}
  {% for schema in meshport.databricks__literals(zone.schemas) %}
    {% do schemas.append('lower(' ~ schema ~ ')') %}
  {% endfor %}
  {% set here = ' where schema_name in (' ~ (schemas | join(', ')) ~ ')' %}
  {{ return([] if not zone.schemas else meshport.statements([['read tags',
    'select schema_name, table_name as relation, cast(null as string) as column_name, tag_name as key, tag_value as value\nfrom '
    ~ catalog ~ '.table_tags' ~ here ~ " and not startswith(tag_name, 'meshport_')\nunion all\n"
    ~ 'select schema_name, table_name, column_name, tag_name, tag_value\nfrom ' ~ catalog ~ '.column_tags' ~ here
  ]], expect='rows')) }}
{% endmacro %}

{% macro default__read_tags(zone) %}
  {{ return(meshport.no_body('read_tags')) }}
{% endmacro %}
