{% macro drop_port(port) %}
  {{ return(adapter.dispatch('drop_port', 'meshport')(port)) }}
{% endmacro %}

{% macro duckdb__drop_port(port) %}
  {{ return(
    meshport.duckdb__forget_relation(port.staged)
    + meshport.duckdb__forget_relation(port.previous)
    + meshport.duckdb__forget_relation(port.target)
  ) }}
{% endmacro %}

{% macro default__drop_port(port) %}
  {{ return(meshport.no_body('drop_port')) }}
{% endmacro %}
