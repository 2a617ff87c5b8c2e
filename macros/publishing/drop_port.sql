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

{# Tags go with what they are on. #}
{% macro databricks__drop_port(port) %}
  {% set is_view = port.standing.is_view if port.standing else port.mode == 'view' %}
  {% set steps = [['drop ' ~ port.target.identifier,
    'drop ' ~ ('view' if is_view else 'table') ~ ' if exists ' ~ meshport.databricks__relation_name(port.target)]] %}
  {% set copies = [port.audited, port.audited_previous, port.previous, meshport.databricks__raw_copy(port, 'empty')] | select | list %}
  {{ return(meshport.statements(steps) + meshport.copies_dropped(copies, meshport.databricks__quoting())) }}
{% endmacro %}

{% macro default__drop_port(port) %}
  {{ return(meshport.no_body('drop_port')) }}
{% endmacro %}
