{# What other rows decide (foreign_key) and what only the author can read (custom) is left to dbt's tests. #}
{% macro contract_rules(constraints, quoting) %}
  {% set rules = [] %}
  {% for constraint in constraints if constraint.type not in ['foreign_key', 'custom'] %}
    {% set names = constraint.columns or [] %}
    {% set columns = [] %}
    {% for name in quoting.identifiers(names) %}
      {% do columns.append('source_rows.' ~ name) %}
    {% endfor %}

    {% if constraint.type == 'check' and constraint.expression %}
      {% do rules.append({'subject': names | join(', '), 'problem': 'check', 'expected': constraint.expression,
        'count': 'count(*) filter (where not (\n' ~ constraint.expression ~ '\n))'}) %}
    {% elif constraint.type in ['not_null', 'unique', 'primary_key'] and columns %}
      {% for column in columns if constraint.type != 'unique' %}
        {% do rules.append({'subject': names[loop.index0], 'problem': 'null values', 'expected': '0',
          'count': 'count(*) filter (where ' ~ column ~ ' is null)'}) %}
      {% endfor %}
      {% if constraint.type != 'not_null' %}
        {% set complete = ' filter (where ' ~ (columns | join(' is not null and ')) ~ ' is not null)' %}
        {% do rules.append({'subject': names | join(', '), 'problem': 'repeated values', 'expected': '0',
          'count': 'count(*)' ~ complete ~ ' - count(distinct (' ~ (columns | join(', ')) ~ '))' ~ complete}) %}
      {% endif %}
    {% else %}
      {% do exceptions.raise_compiler_error('meshport cannot verify the constraint ' ~ tojson(constraint)) %}
    {% endif %}
  {% endfor %}
  {{ return(rules) }}
{% endmacro %}
