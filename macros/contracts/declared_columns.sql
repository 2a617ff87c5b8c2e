{# `string` is a type without a length in every dialect; `varchar` is not. #}
{% macro declared_columns(columns, quoting) %}
  {% set names = quoting.literals(columns | map(attribute='name')) %}
  {% set rows = [] %}
  {% for column in columns %}
    {% set data_type = 'typeof(cast(null as ' ~ column.data_type ~ '))' if column.data_type else 'cast(null as string)' %}
    {% do rows.append('(' ~ names[loop.index0] ~ ', ' ~ data_type ~ ')') %}
  {% endfor %}
  {{ return(rows) }}
{% endmacro %}
