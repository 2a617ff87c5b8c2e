{% macro databricks__clone(relation, source, version) %}
  {% if version != '@@pin@@' and not modules.re.fullmatch('[0-9]+', version | string) %}
    {% do exceptions.raise_compiler_error('a version of a table is a whole number, not ' ~ tojson(version)) %}
  {% endif %}
  {{ return(meshport.statements([['clone to ' ~ relation.identifier,
    'create or replace table ' ~ meshport.databricks__relation_name(relation) ~ '\nshallow clone '
    ~ meshport.databricks__relation_name(source) ~ ' version as of ' ~ version
  ]], pinned=version == '@@pin@@')) }}
{% endmacro %}
