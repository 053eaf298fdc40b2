/** AWS's query protocol, which load balancers speak: a form goes in, XML comes out. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsFailure } from '../ecs/failure.ts';
import type { Operation } from '../ecs/operation.ts';
import { describeRules, setRulePriorities } from '../elb/rules.ts';
import type { World } from '../world.ts';
import { fieldsOf, xmlOf } from './form-and-xml.ts';
import type { Protocol } from './protocol.ts';
import { header, signatureOf } from './signature.ts';

const VERSION = '2015-12-01';
const SERVICE = 'elasticloadbalancing';
const NAMESPACE = `http://elasticloadbalancing.amazonaws.com/doc/${VERSION}/`;

const operations = new Map<string, Operation>([
  ['DescribeRules', describeRules],
  ['SetRulePriorities', setRulePriorities],
]);

export const isQuery = (request: IncomingMessage): boolean =>
  header(request, 'content-type').startsWith('application/x-www-form-urlencoded');

export const queryProtocol: Protocol = {
  read: (request, body, world) => {
    const form = new URLSearchParams(body);
    const name = form.get('Action') ?? '';
    const run = form.get('Version') === VERSION ? operations.get(name) : undefined;
    if (!run) {
      const message = `The action ${name} is not valid for this web service.`;
      throw new AwsFailure('InvalidAction', message);
    }
    mustBeSigned(request, world);
    form.delete('Action');
    form.delete('Version');
    return { name, run, action: `${SERVICE}:${name}`, input: () => fieldsOf(form) };
  },

  answer: (response, operation, output) => {
    const metadata = { ResponseMetadata: { RequestId: randomUUID() } };
    const content = xmlOf({ [`${operation}Result`]: output, ...metadata });
    send(response, 200, `${operation}Response`, content);
  },

  refuse: (response, { code, status, message }) => {
    const Type = status < 500 ? 'Sender' : 'Receiver';
    const content = xmlOf({ Error: { Type, Code: code, Message: message }, RequestId: randomUUID() });
    send(response, status, 'ErrorResponse', content);
  },

  denied: (_, message) => new AwsFailure('AccessDenied', message, 403),
};

function mustBeSigned(request: IncomingMessage, world: World): void {
  const signature = signatureOf(request);
  if (signature === 'missing')
    throw new AwsFailure('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
  if (signature === 'incomplete') {
    const missing = 'Authorization header requires Credential, SignedHeaders and Signature.';
    throw new AwsFailure('IncompleteSignature', missing);
  }
  const wrong =
    signature.service !== SERVICE
      ? `correct service: '${SERVICE}'.`
      : signature.region !== world.region
        ? `a valid region, not '${signature.region}'.`
        : null;
  if (wrong) throw new AwsFailure('SignatureDoesNotMatch', `Credential should be scoped to ${wrong}`, 403);
}

function send(response: ServerResponse, status: number, root: string, content: string): void {
  const body = `<${root} xmlns="${NAMESPACE}">${content}</${root}>`;
  response.writeHead(status, {
    'content-type': 'text/xml',
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(body);
}
