/**
 * What FOCUS 1.2 knows of services: its categories with their subcategories, and where our vendors' product
 * categories belong among them.
 */

/** Every ServiceCategory with its subcategories, as FOCUS 1.2 lists them under ServiceSubcategory. */
export const focusServices = {
  'AI and Machine Learning': [
    'AI Platforms',
    'Bots',
    'Generative AI',
    'Machine Learning',
    'Natural Language Processing',
    'Other (AI and Machine Learning)',
  ],
  Analytics: [
    'Analytics Platforms',
    'Business Intelligence',
    'Data Processing',
    'Search',
    'Streaming Analytics',
    'Other (Analytics)',
  ],
  'Business Applications': ['Productivity and Collaboration', 'Other (Business Applications)'],
  Compute: [
    'Containers',
    'End User Computing',
    'Quantum Compute',
    'Serverless Compute',
    'Virtual Machines',
    'Other (Compute)',
  ],
  Databases: [
    'Caching',
    'Data Warehouses',
    'Ledger Databases',
    'NoSQL Databases',
    'Relational Databases',
    'Time Series Databases',
    'Other (Databases)',
  ],
  'Developer Tools': [
    'Developer Platforms',
    'Continuous Integration and Deployment',
    'Development Environments',
    'Source Code Management',
    'Quality Assurance',
    'Other (Developer Tools)',
  ],
  Identity: ['Identity and Access Management', 'Other (Identity)'],
  Integration: ['API Management', 'Messaging', 'Workflow Orchestration', 'Other (Integration)'],
  'Internet of Things': ['IoT Analytics', 'IoT Platforms', 'Other (Internet of Things)'],
  'Management and Governance': [
    'Architecture',
    'Compliance',
    'Cost Management',
    'Data Governance',
    'Disaster Recovery',
    'Endpoint Management',
    'Observability',
    'Support',
    'Other (Management and Governance)',
  ],
  Media: ['Content Creation', 'Gaming', 'Media Streaming', 'Mixed Reality', 'Other (Media)'],
  Migration: ['Data Migration', 'Resource Migration', 'Other (Migration)'],
  Mobile: ['Other (Mobile)'],
  Multicloud: ['Multicloud Integration', 'Other (Multicloud)'],
  Networking: [
    'Application Networking',
    'Content Delivery',
    'Network Connectivity',
    'Network Infrastructure',
    'Network Routing',
    'Network Security',
    'Other (Networking)',
  ],
  Security: [
    'Secret Management',
    'Security Posture Management',
    'Threat Detection and Response',
    'Other (Security)',
  ],
  Storage: [
    'Backup Storage',
    'Block Storage',
    'File Storage',
    'Object Storage',
    'Storage Platforms',
    'Other (Storage)',
  ],
  Web: ['Application Platforms', 'Other (Web)'],
  Other: ['Other (Other)'],
} as const;

interface FocusService {
  readonly category: keyof typeof focusServices;
  readonly subcategory: (typeof focusServices)[keyof typeof focusServices][number];
}

const generativeAi: FocusService = { category: 'AI and Machine Learning', subcategory: 'Generative AI' };
const other: FocusService = { category: 'Other', subcategory: 'Other (Other)' };

/**
 * By the vendors' product category. "Other" within a category stands where the vendors do not say enough: whether
 * cloud storage is files or objects, what a sandbox runs on.
 */
const serviceOfCategory: ReadonlyMap<string, FocusService> = new Map<string, FocusService>([
  ['llm', generativeAi],
  ['llm_dedicated_endpoint', generativeAi],
  // Images, sound and video made by models.
  ['gen_api', generativeAi],
  ['web_search', { category: 'Analytics', subcategory: 'Search' }],
  ['gpu', { category: 'Compute', subcategory: 'Virtual Machines' }],
  ['serverless', { category: 'Compute', subcategory: 'Serverless Compute' }],
  ['bare_metal', { category: 'Compute', subcategory: 'Other (Compute)' }],
  ['cloud_sandbox', { category: 'Compute', subcategory: 'Other (Compute)' }],
  ['cloud_storage', { category: 'Storage', subcategory: 'Other (Storage)' }],
  ['local_storage', { category: 'Storage', subcategory: 'Block Storage' }],
  // What is kept are images of machines.
  ['image', { category: 'Storage', subcategory: 'Other (Storage)' }],
]);

/** By provider, for those whose rows carry no category: StreamLake bills inference and fine-tuning of LLMs alone. */
const serviceOfProvider: ReadonlyMap<string, FocusService> = new Map([['streamlake', generativeAi]]);

/** The FOCUS service of a vendor's product category; "Other" for one that we do not know. */
export function toFocusService(category: string | null, providerId: string): FocusService {
  const service =
    category === null ? serviceOfProvider.get(providerId) : serviceOfCategory.get(category.toLowerCase());
  return service ?? other;
}
