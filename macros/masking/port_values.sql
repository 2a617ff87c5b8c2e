{# Columns are read through `source_rows`: another column's alias cannot stand in for the raw value. #}
{% macro port_values(columns, quoting) %}
  {% set names = quoting.identifiers(columns | map(attribute='name')) %}
  {% set values = [] %}
  {% for column in columns %}
    {% set value = 'source_rows.' ~ names[loop.index0] %}
    {# Only a mask's result is cast: a column that is not of its declared type must not pass verification by a cast. #}
    {% if column.mask %}
      {% set value = meshport.mask_expression(value, column.mask) %}
      {% set value = 'cast(' ~ value ~ ' as ' ~ column.data_type ~ ')' if column.data_type else value %}
    {% endif %}
    {% do values.append(value ~ ' as ' ~ names[loop.index0]) %}
  {% endfor %}
  {{ return(values) }}
{% endmacro %}
