{% macro statements(steps, expect='nothing', pinned=false) %}
  {% set rendered = [] %}
  {% for step, sql in steps %}
    {% set statement = {'step': step, 'sql': sql | trim, 'expect': expect} %}
    {% if pinned %}
      {% do statement.update({'pinned': true}) %}
    {% endif %}
    {% do rendered.append(statement) %}
  {% endfor %}
  {{ return(rendered) }}
{% endmacro %}
