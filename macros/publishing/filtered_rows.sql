{% macro filtered_rows(port) %}
  {{ return(adapter.dispatch('filtered_rows', 'meshport')(port)) }}
{% endmacro %}

{# The predicate stands on lines of its own, so that a comment at its end hides nothing of ours. #}
{% macro duckdb__filtered_rows(port) %}
  {% set rows = 'select * from ' ~ meshport.duckdb__relation_name(port.source) %}
  {% if port.row_filter %}
    {% set rows = rows ~ ' where (\n' ~ port.row_filter.predicate ~ '\n)' %}
  {% endif %}
  {{ return('(' ~ rows ~ ')') }}
{% endmacro %}

{% macro default__filtered_rows(port) %}
  {{ return(meshport.no_body('filtered_rows')) }}
{% endmacro %}
