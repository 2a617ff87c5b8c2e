{# The predicate stands on lines of its own, so that a comment at its end hides nothing of ours. #}
{% macro rows_of(name, row_filter) %}
  {% set rows = 'select * from ' ~ name %}
  {% if row_filter %}
    {% set rows = rows ~ ' where (\n' ~ row_filter.predicate ~ '\n)' %}
  {% endif %}
  {{ return('(' ~ rows ~ ')') }}
{% endmacro %}
