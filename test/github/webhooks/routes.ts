import { notFound } from '../answers.ts'
import { iso } from '../auth/forms.ts'
import { withApp } from '../auth/routes.ts'
import type { Answer, Exchange, Route } from '../exchange.ts'
import type { Delivery, Webhooks } from '../webhooks.ts'
import type { App } from '../world/accounts.ts'
import type { World } from '../world/world.ts'

/** The operations by which an App finds deliveries that did not arrive, and has them sent again. */
export function hookRoutes(webhooks: () => Webhooks): readonly Route[] {
  return [
    {
      method: 'GET',
      template: '/app/hook/config',
      needs: 'app',
      handle: (world, exchange) => withApp(world, exchange, configOf),
    },
    { method: 'PATCH', template: '/app/hook/config', needs: 'app', handle: changeConfig },
    {
      method: 'GET',
      template: '/app/hook/deliveries',
      needs: 'app',
      handle: (world, exchange) => withApp(world, exchange, (app) => list(webhooks(), world, exchange, app)),
    },
    {
      method: 'GET',
      template: '/app/hook/deliveries/{delivery_id}',
      needs: 'app',
      handle: (world, exchange, params) =>
        withDelivery(webhooks(), world, exchange, params, (one) => ({ status: 200, body: detail(one) })),
    },
    {
      method: 'POST',
      template: '/app/hook/deliveries/{delivery_id}/attempts',
      needs: 'app',
      handle: (world, exchange, params) =>
        withDelivery(webhooks(), world, exchange, params, (one) => {
          webhooks().redeliver(one)
          return { status: 202, body: {} }
        }),
    },
  ]
}

function configOf(app: App): Answer {
  const { webhookUrl } = app
  const url = webhookUrl === undefined ? {} : { url: webhookUrl }
  return { status: 200, body: { content_type: 'json', insecure_ssl: '0', secret: '********', ...url } }
}

function changeConfig(world: World, exchange: Exchange): Answer {
  return withApp(world, exchange, (app) => {
    // The cast: the description was held against the body before.
    const change = (exchange.body ?? {}) as { readonly url?: string; readonly secret?: string }
    if (change.url !== undefined) app.webhookUrl = change.url
    if (change.secret !== undefined) app.webhookSecret = change.secret
    return configOf(app)
  })
}

/** Older deliveries are neither listed nor sent again. Source: docs.github.com, "Redelivering webhooks": 3 days. */
const KEPT_MS = 3 * 24 * 3_600_000

function kept(webhooks: Webhooks, world: World, app: App): readonly Delivery[] {
  return webhooks.log(app.id).filter((one) => world.clock.now() - one.deliveredAt < KEPT_MS)
}

function withDelivery(
  webhooks: Webhooks,
  world: World,
  exchange: Exchange,
  params: Readonly<Record<string, string>>,
  then: (delivery: Delivery) => Answer,
): Answer {
  return withApp(world, exchange, (app) => {
    const found = kept(webhooks, world, app).find((one) => one.id === Number(params['delivery_id']))
    return found === undefined ? notFound() : then(found)
  })
}

/** Newest first, by a cursor that stays right while new ones arrive. */
function list(webhooks: Webhooks, world: World, exchange: Exchange, app: App): Answer {
  const size = Math.min(100, Number(exchange.query.get('per_page') ?? 30))
  const wanted = exchange.query.get('status')
  const cursor = Number(exchange.query.get('cursor')?.replace(/^v1_/, '') ?? Number.POSITIVE_INFINITY)
  const all = kept(webhooks, world, app)
    .filter((one) => wanted === null || (wanted === 'success') === (one.status === 'OK'))
    .filter((one) => one.id < cursor)
    .sort((a, b) => b.id - a.id)
  const shown = all.slice(0, size)
  const last = shown.at(-1)
  const query = new URLSearchParams({ per_page: String(size), ...(wanted === null ? {} : { status: wanted }) })
  const next = `<${exchange.root}/app/hook/deliveries?${query}&cursor=v1_${last?.id}>; rel="next"`
  return { status: 200, headers: all.length > size ? { link: next } : {}, body: shown.map(item) }
}

function item(one: Delivery): Readonly<Record<string, unknown>> {
  return {
    id: one.id,
    guid: one.guid,
    delivered_at: iso(one.deliveredAt),
    redelivery: one.redelivery,
    duration: one.duration,
    status: one.status,
    status_code: one.statusCode,
    event: one.event,
    action: one.action,
    installation_id: one.installationId,
    repository_id: one.repositoryId,
    throttled_at: null,
  }
}

function detail(one: Delivery): Readonly<Record<string, unknown>> {
  return {
    ...item(one),
    url: one.url,
    request: { headers: one.requestHeaders, payload: one.payload },
    response: { headers: one.responseHeaders, payload: one.responseBody },
  }
}
