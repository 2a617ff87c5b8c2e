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

{% macro default__rollback_port(port) %}
  {{ return(meshport.no_body('rollback_port')) }}
{% endmacro %}
