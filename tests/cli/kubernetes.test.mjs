// SPDX-License-Identifier: MIT
// The Kubernetes manifests of a new app, against the schemas that Kubernetes publishes, and against what they rely on
// elsewhere: the image's user, the port, how long a shutdown takes.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { requireFrom } from '../support/npm.mjs';
import { programUnderTest, repoRoot } from '../support/paths.mjs';

const require = requireFrom('tests/cli');
const schemas = {
  'apps/v1 Deployment': 'IoK8sApiAppsV1Deployment',
  'v1 Service': 'IoK8sApiCoreV1Service',
};
const readText = (...parts) => fs.readFileSync(path.join(repoRoot, ...parts), 'utf8');

function manifest(name) {
  const text = readText('templates/app/kubernetes', name).replaceAll('@APP_ID@', 'my-app');
  assert.doesNotMatch(text, /@[A-Z_]+@/);
  return require('yaml').parse(text, { strict: true });
}

// The value as a schema's validator reads it; what it has not asked for in the end is none of the schema's fields.
function watched(value, place, unread) {
  if (typeof value !== 'object' || value === null) return value;
  const inner = Array.isArray(value) ? [] : {};
  for (const [key, child] of Object.entries(value)) {
    inner[key] = watched(child, `${place}.${key}`, unread);
    unread.add(`${place}.${key}`);
  }
  return new Proxy(inner, {
    get(target, key) {
      unread.delete(`${place}.${String(key)}`);
      return target[key];
    },
  });
}

function complaints(object) {
  const name = schemas[`${object.apiVersion} ${object.kind}`];
  if (!name) return [`no schema for ${object.apiVersion} ${object.kind}`];
  const { validate } = require(path.join(path.dirname(require.resolve('kubernetes-models')), '_schemas', `${name}.js`));
  const unread = new Set();
  validate(watched(object, object.kind, unread));
  return [...(validate.errors ?? []).map(error => `${error.instancePath}: ${error.keyword} ${JSON.stringify(error.params)}`),
    ...[...unread].map(place => `${place}: there is no such field`)];
}

const deployment = manifest('deployment.yaml');
const service = manifest('service.yaml');
const pod = deployment.spec.template.spec;
const [container] = pod.containers;

test('the manifests follow the schemas', () => {
  assert.deepEqual(complaints(deployment), []);
  assert.deepEqual(complaints(service), []);
});

test('mistakes are found', () => {
  const wrong = structuredClone(deployment);
  wrong.spec.replicas = 'one';
  wrong.spec.template.spec.containers[0].readinesProbe = { periodSeconds: 1 };
  wrong.spec.template.spec.containers[0].ports[0].containerport = 8000;
  delete wrong.spec.selector;
  const found = complaints(wrong).join('\n');
  for (const mistake of [/^\/spec\/replicas: type/m, /^\/spec: required .*selector/m, /containers\.0\.readinesProbe: there is no such field/,
    /ports\.0\.containerport: there is no such field/]) assert.match(found, mistake);
});

test('deployment and service belong together', () => {
  assert.deepEqual(deployment.spec.selector.matchLabels, deployment.spec.template.metadata.labels);
  assert.deepEqual(service.spec.selector, deployment.spec.template.metadata.labels);
  const [port] = container.ports;
  assert.equal(port.containerPort, 8000);
  assert.equal(service.spec.ports[0].targetPort, port.name);
  for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
    assert.deepEqual(container[probe].httpGet, { path: '/health-check', port: port.name });
  }
  for (const { name } of container.volumeMounts) assert.ok(pod.volumes.some(volume => volume.name === name), name);
});

test('a pod has no rights, and the number of its user is that of the image', () => {
  const [, uid, gid] = /^USER (\d+):(\d+)$/m.exec(readText('deploy/docker/Dockerfile'));
  assert.deepEqual(pod.securityContext, {
    runAsNonRoot: true, runAsUser: Number(uid), runAsGroup: Number(gid), seccompProfile: { type: 'RuntimeDefault' },
  });
  assert.deepEqual(container.securityContext, {
    allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] },
  });
});

test('the grace period covers preStop and the shutdown of the server', () => {
  const printed = execFileSync(programUnderTest('SC_SERVER', 'socketcluster')[0], ['config', 'print'], { encoding: 'utf8' });
  const shutdown = JSON.parse(printed).processTermTimeout / 1000;
  assert.ok(shutdown > 0);
  const [command, seconds] = container.lifecycle.preStop.exec.command;
  assert.equal(command, 'sleep');
  assert.ok(pod.terminationGracePeriodSeconds >= Number(seconds) + shutdown + 10);
});
