{% macro rollback_port(port) %}
  {{ return(adapter.dispatch('rollback_port', 'meshport')(port)) }}
{% endmacro %}

{# The staged copy's name is free between publishes: it serves while the two change places. #}
{% macro duckdb__rollback_port(port) %}
  {{ return(
    meshport.duckdb__forget_relation(port.staged)
    + meshport.duckdb__move_relation(port.target, port.staged)
    + meshport.duckdb__move_relation(port.previous, port.target)
    + meshport.duckdb__move_relation(port.staged, port.previous)
  ) }}
{% endmacro %}

{# The source still has the version that was published before, or its audited copy is kept. `properties` change sides
   last: until then a second try does the same again. #}
{% macro databricks__rollback_port(port) %}
  {% set properties = (port.standing or {}).properties or {} %}
  {% set previous_version = properties.previous_source_version %}
  {% if port.mode == 'view' or not properties.previous_build or (port.mode == 'clone' and not previous_version) %}
    {% do exceptions.raise_compiler_error('the port ' ~ port.target.identifier ~ ' has no previous version to go back to') %}
  {% endif %}
  {% if port.mode == 'copy' %}
    {% set rows = meshport.databricks__add_columns(port)
      + meshport.databricks__overwrite(port.target, port.audited_previous, '*')
      + meshport.databricks__drop_columns(port) %}
  {% else %}
    {% set rows = meshport.databricks__clone(port.target, port.source, previous_version)
      + meshport.databricks__clone(port.previous, port.source, properties.source_version) %}
  {% endif %}
  {{ return(rows + meshport.databricks__set_properties(port.target, meshport.databricks__exchanged(properties))) }}
{% endmacro %}

{% macro default__rollback_port(port) %}
  {{ return(meshport.no_body('rollback_port')) }}
{% endmacro %}
