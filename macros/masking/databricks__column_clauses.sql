{% macro databricks__column_clauses(columns) %}
  {% set names = meshport.databricks__identifiers(columns | map(attribute='name')) %}
  {% set clauses = [] %}
  {% for column in columns %}
    {% set clause = names[loop.index0] ~ ' ' ~ column.data_type %}
    {% if column.description %}
      {% set clause = clause ~ ' comment ' ~ (meshport.databricks__literals([column.description]) | first) %}
    {% endif %}
    {% if column.mask and not column.mask.tag %}
      {% set clause = clause ~ ' mask ' ~ meshport.databricks__relation_name(column.mask.function) %}
    {% endif %}
    {% do clauses.append(clause) %}
  {% endfor %}
  {{ return(clauses) }}
{% endmacro %}
