{% macro unset_tags(relation, column, keys) %}
  {{ return(adapter.dispatch('unset_tags', 'meshport')(relation, column, keys)) }}
{% endmacro %}

{% macro duckdb__unset_tags(relation, column, keys) %}
  {% set values = meshport.duckdb__literals([relation.schema, relation.identifier, column or ''] + keys) %}
  {{ return([] if not keys else meshport.statements([['unset tags',
    'delete from ' ~ (meshport.duckdb__identifiers([relation.database]) | first) ~ '.meshport.tags where schema_name = '
    ~ values[0] ~ ' and relation = ' ~ values[1] ~ ' and column_name = ' ~ values[2]
    ~ ' and key in (' ~ (values[3:] | join(', ')) ~ ')'
  ]])) }}
{% endmacro %}

{% macro databricks__unset_tags(relation, column, keys, step='unset tags') %}
  {{ return([] if not keys else meshport.statements([[step,
    meshport.databricks__alter(relation, column) ~ ' unset tags (' ~ (meshport.databricks__literals(keys) | join(', ')) ~ ')'
  ]])) }}
{% endmacro %}

{% macro default__unset_tags(relation, column, keys) %}
  {{ return(meshport.no_body('unset_tags')) }}
{% endmacro %}
