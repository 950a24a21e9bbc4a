# One image for web, worker, pump and migrate; docker-compose.yml says which command each runs.

FROM node:22-slim AS frontend
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev

FROM python:3.13-slim AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/base.txt

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin perennial \
    && mkdir -p /app /data \
    && chown perennial /data
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    PERENNIAL_LOCAL=/data
WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=frontend /app/node_modules ./node_modules
COPY . .
# Static files and translations need no database and no secret of the installation.
RUN bin/compile-messages python \
    && SECRET_KEY=build DATABASE_URL=postgresql:// python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf node_modules/.cache
USER perennial
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "--config", "config/gunicorn.py", "--bind", "0.0.0.0:8000", "config.wsgi:application"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
