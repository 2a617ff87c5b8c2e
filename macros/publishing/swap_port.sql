{% macro swap_port(port) %}
  {{ return(adapter.dispatch('swap_port', 'meshport')(port)) }}
{% endmacro %}

{% macro duckdb__swap_port(port) %}
  {{ return(
    meshport.duckdb__forget_relation(port.previous)
    + meshport.duckdb__move_relation(port.target, port.previous, if_exists=true)
    + meshport.duckdb__move_relation(port.staged, port.target)
  ) }}
{% endmacro %}

{% macro default__swap_port(port) %}
  {{ return(meshport.no_body('swap_port')) }}
{% endmacro %}
